// The reading bar: hidden in the HTML, shown here. It appears and moves by a scroll timeline (readbar.css); where the browser has
// none, this does the same by hand.
// Without script: there is no bar.

const APPEARS_AT_PX = 300; // as animation-range in readbar.css
const STEPS = 20; // for readers who want less motion, as steps() there

const bar = document.querySelector(".readbar");
if (bar) {
  bar.hidden = false;
  if (!CSS.supports("animation-timeline: scroll()")) follow();
}

function follow() {
  const progress = bar.querySelector(".readbar__progress");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let asked;

  const draw = () => {
    asked = null;
    const way = document.documentElement.scrollHeight - innerHeight;
    const part = way > 0 ? Math.min(1, scrollY / way) : 0;
    progress.style.scale = `${calm.matches ? Math.floor(part * STEPS) / STEPS : part} 1`;
    bar.toggleAttribute("data-shown", scrollY >= APPEARS_AT_PX);
  };
  const ask = () => (asked ??= requestAnimationFrame(draw));

  addEventListener("scroll", ask, { passive: true });
  addEventListener("resize", ask, { passive: true });
  draw();
}
