// The contents list marks the section that is being read with aria-current="location".
// Without script: a list of links.

const READING_LINE = 0.3; // of the window's height: the last heading above it is the current one

const links = new Map();
for (const link of document.querySelectorAll('.toc a[href^="#"]')) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) links.set(heading, [...(links.get(heading) ?? []), link]); // the list may stand twice, for wide and for narrow
}

if (links.size) {
  const observer = new IntersectionObserver(mark, { rootMargin: `0px 0px -${(1 - READING_LINE) * 100}% 0px` });
  for (const heading of links.keys()) observer.observe(heading);
}

function mark() {
  const passed = [...links.keys()].filter((heading) => heading.getBoundingClientRect().top <= innerHeight * READING_LINE);
  const current = passed.at(-1);
  for (const [heading, list] of links) {
    for (const link of list) {
      if (heading === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }
}
