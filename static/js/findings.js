// Findings drawn on an image: shown or not as they were last, on every large view of this tab.
const KEPT = "findings";
const tick = () => document.getElementById("show-face");

function recall() {
  if (tick()) tick().checked = sessionStorage.getItem(KEPT) === "shown";
}

document.addEventListener("change", (event) => {
  if (event.target === tick()) sessionStorage.setItem(KEPT, event.target.checked ? "shown" : "hidden");
});
document.addEventListener("htmx:afterProcessNode", recall);
recall();
