"""Patients over HTTP: what staff change of them."""

from tests.api.people import person


def test_two_moves_while_the_sandboxs_clock_stands_keep_the_last(app, clinic):
    nurse = person(app, clinic, "nurse")
    admitted = {"pseudonym": "P-1", "zone": "Europe/Amsterdam", "locale": "en"}
    patient = nurse.post("/v1/patients", admitted).json
    for version, zone in enumerate(("Europe/Berlin", "Asia/Tokyo"), start=patient["version"]):
        moved = nurse.patch(f"/v1/patients/{patient['uid']}", {"zone": zone}, version=version)
        assert (moved.status_code, moved.json["zone"]) == (200, zone)
