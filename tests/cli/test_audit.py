"""`audit`: the trail on the command line, its chain checked, and an anchor that is kept elsewhere."""

import json

from sqlalchemy import text

from diary.storage.engine import make_engine
from tests.cli.terminal import Terminal


def test_the_trail_is_shown_checked_and_anchored(lite: Terminal):
    lite.set_up()
    rows = json.loads(lite.run("audit", "show", "--json").output)
    assert [row["did"] for row in rows[:2]] == ["audit.read", "staff.add"]
    kept = str(lite.folder / "anchor.json")
    assert lite.run("audit", "anchor", "--out", kept).exit_code == 0
    seen = lite.run("audit", "verify", "--anchor", kept)
    assert (seen.exit_code, "stands as it was sealed" in seen.output) == (0, True)
    found = json.loads(lite.run("audit", "verify", "--json").stdout)
    assert (found["unsealed"], found["breaks"]) == (0, [])
    assert found["sealed"] == json.loads((lite.folder / "anchor.json").read_text())["position"]


def test_a_changed_row_is_named_and_ends_the_command_with_one(lite: Terminal):
    lite.set_up()
    kept = str(lite.folder / "anchor.json")
    lite.run("audit", "anchor", "--out", kept)
    engine = make_engine(lite.url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET action = 'nothing' WHERE position = 2"))
    engine.dispose()
    seen = lite.run("audit", "verify")
    assert seen.exit_code == 1
    assert "not as it was sealed" in seen.output
    assert lite.run("audit", "anchor", "--out", kept).exit_code == 1


def test_what_cannot_be_looked_for_is_told_in_one_line(lite: Terminal):
    lite.set_up()
    assert "no patient P-9" in lite.run("audit", "show", "--patient", "P-9").output
    assert "nobody with this address" in lite.run("audit", "show", "--person", "x@y.example").output
    other = lite.write("other.json", '{"clinic": "another", "position": 1, "digest": "00"}')
    assert "another clinic" in lite.run("audit", "verify", "--anchor", str(other)).output
    broken = lite.write("broken.json", "[]")
    assert "no anchor" in lite.run("audit", "verify", "--anchor", str(broken)).output
