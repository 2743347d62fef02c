// Publishing a story: who writes a day and a time means it to wait, and who chooses “Now” means none.
// Without script: a time beside “Now” comes back with the question which of the two is meant.

const form = document.querySelector("form.release");

form?.addEventListener("input", ({ target }) => {
  const { when, at } = form.elements;
  if (target === at && at.value) when.value = "at";
  if (target.name === "when" && when.value === "now") at.value = "";
});
