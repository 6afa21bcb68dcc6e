// Asks this browser for an address that notes can be sent to, once somebody tapped the button.

const place = document.querySelector("[data-push]");
const form = document.querySelector("form[data-act=push]");
const { key } = document.querySelector("script[data-key]").dataset;

// Where notes are not possible (on some phones only from the home screen), the calendar stands below.
if (place && "PushManager" in window && navigator.serviceWorker) {
  place.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
      const worker = await navigator.serviceWorker.ready;
      const found = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      const { endpoint, keys } = found.toJSON();
      for (const [name, value] of Object.entries({ endpoint, ...keys })) {
        if (form.elements[name]) form.elements[name].value = value;
      }
      form.submit();
    } catch {
      const no = place.querySelector("[data-fill=push-no]");
      no.hidden = false;
      no.focus();
    }
  });
}
