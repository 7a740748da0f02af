// Says in a sentence who will read, as soon as another audience is chosen.
export function audiences() {
  document.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-audience]");
    if (!choice) return;
    choice.form.querySelector("[data-sentence]").textContent = choice.selectedOptions[0].dataset.says;
  });
}
