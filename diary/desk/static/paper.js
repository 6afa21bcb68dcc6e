// What only a browser can do with paper: print, and copy the letter as text.

export function startPaper() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy)));
  }
}

async function copy(text) {
  const told = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(text.value);
    told.textContent = "Copied.";
  } catch {
    text.closest("details").open = true;
    text.select();
    told.textContent = "Selected: press Ctrl+C.";
  }
}
