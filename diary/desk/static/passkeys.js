// Hands what the service asks to the browser's passkeys, and sends the answer as the form it stands in.
// Without it, or in a browser without passkeys, the password and the app's codes are there.

const ways = {
  new: async (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  known: async (options) =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

async function answer(form) {
  const csrf = form.elements.csrf;
  const asked = await fetch(form.dataset.options, {
    method: "POST",
    body: new URLSearchParams(csrf ? { csrf: csrf.value } : {}),
    headers: { Accept: "application/json" },
  });
  if (asked.redirected) {
    location.assign(asked.url);
    return;
  }
  if (!asked.ok) throw new Error("not asked");
  const { step, options } = await asked.json();
  const credential = await ways[form.dataset.passkey](options);
  form.elements.step.value = step;
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.submit();
}

function open(form) {
  const said = form.querySelector("[role=status]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said.textContent = "";
    answer(form).catch((error) => {
      said.textContent =
        error.name === "InvalidStateError"
          ? "This device has a passkey of yours already."
          : "Nothing was done. Try again, or use your password.";
    });
  });
}

if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  document.querySelectorAll("form[data-passkey]").forEach(open);
}
