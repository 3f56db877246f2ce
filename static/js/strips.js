// A row of tabs or chips that is wider than the page begins where one is.
document.querySelectorAll(".tabs, .review-bar .chips").forEach((strip) => {
  const here = strip.querySelector("[aria-current]")?.getBoundingClientRect();
  if (here) strip.scrollLeft += here.left - strip.getBoundingClientRect().left - (strip.clientWidth - here.width) / 2;
});
