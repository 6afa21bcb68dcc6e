"""What the phone costs: bytes on the line, and the time until a number can be tapped on a slow phone."""

from typing import TYPE_CHECKING, Any

from diary.phone.files import SCRIPT_FILES
from tests.phone.phone_clinic import PhoneClinic
from tests.phone.phones import sign_in, smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPTS_GZIPPED_MAX_BYTES = 12_000
FIRST_VISIT_MAX_BYTES = 40_000
READY_MAX_S = 3.0
# "Slow 3G" as browsers' tools name it, and a processor six times slower than this one.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 6
# All but the cookie that the phone is signed in by.
KEPT_BY_BROWSERS = "service_workers,cache_storage,indexeddb,local_storage"


def test_all_scripts_together_weigh_at_most_12_kilobytes():
    sizes = {name: len(file.packed or b"") for name, file in SCRIPT_FILES.items()}
    assert min(sizes.values()) > 0
    assert sum(sizes.values()) <= SCRIPTS_GZIPPED_MAX_BYTES


def test_the_first_visit_weighs_at_most_40_kilobytes_with_all_that_is_kept(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        sizes: list[tuple[str, int]] = []
        sign_in(phone.context, sqlite_clinic, sqlite_clinic.admit())
        phone.context.on("requestfinished", lambda request: sizes.append((request.url, weight(request))))
        phone.open()
        phone.ready()
        phone.page.wait_for_load_state("networkidle")
    assert any("/app/offline" in url for url, _ in sizes)
    assert sum(size for _, size in sizes) <= FIRST_VISIT_MAX_BYTES, sorted(sizes, key=lambda each: -each[1])


def test_on_a_slow_line_and_a_slow_phone_a_number_can_be_tapped_within_3_seconds(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        sign_in(phone.context, sqlite_clinic, sqlite_clinic.admit())
        cdp = phone.context.new_cdp_session(phone.page)
        cdp.send("Network.enable")
        cdp.send("Network.emulateNetworkConditions", SLOW_3G)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        cdp.send("Performance.enable")
        took_s = []
        # The quickest of three: a machine that does other things besides is slower than a slow phone.
        while len(took_s) < 3 and min(took_s, default=READY_MAX_S + 1) > READY_MAX_S:
            cdp.send("Storage.clearDataForOrigin", {"origin": base, "storageTypes": KEPT_BY_BROWSERS})
            cdp.send("Network.clearBrowserCache")
            phone.open()
            assert phone.page.locator(".scale label").count() == 11
            # Of the browser's own clock; the scripts have run by then.
            told = {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}
            took_s.append(told["DomContentLoaded"] - told["NavigationStart"])
        assert 0.4 < min(took_s) <= READY_MAX_S


def weight(request: Any) -> int:
    """What one answer cost on the line, headers and body, bytes."""
    parts = request.sizes()
    return int(parts["responseHeadersSize"] + parts["responseBodySize"])
