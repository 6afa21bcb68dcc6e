// Spares typing: the code that came with the link, and the place where this phone is.

const code = document.querySelector("#code");
// Behind the # it is in no log of any server; it leaves the address bar as well.
const given = location.hash.slice(1);
if (code && given && !code.value) {
  code.value = given;
  history.replaceState(null, "", location.pathname);
}

const place = document.querySelector("#place");
if (place) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone?.replaceAll("_", " ");
  const listed = [...place.options].find((option) => option.text === zone);
  if (listed) listed.selected = true;
}
