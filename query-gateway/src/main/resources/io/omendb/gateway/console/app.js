// Puts the console together and turns its pages.

import { access } from "/console/access.js";
import { Catalogue } from "/console/catalogue.js";
import { showCharts } from "/console/charts.js";
import { showCollections } from "/console/collections.js";
import { showDetail } from "/console/detail.js";
import { byId } from "/console/element.js";
import { showFigures } from "/console/figures.js";
import { listenToKeys } from "/console/keys.js";
import { showLogin } from "/console/login.js";
import { SearchPage } from "/console/search.js";
import { showStatus } from "/console/status.js";
import { currentTheme, nextTheme, onTheme } from "/console/theme.js";
import { Vitals } from "/console/vitals.js";

const vitals = new Vitals(), catalogue = new Catalogue(), search = new SearchPage(catalogue);

showLogin();
showStatus(vitals);
showCharts(vitals, catalogue);
showFigures(vitals);
showCollections(vitals, catalogue);
showDetail(catalogue);

function turn() {
  const [path, query] = location.hash.slice(1).split("?");
  const page = path === "/search" ? "search" : "overview";
  for (const name of ["overview", "search"]) byId("page-" + name).hidden = name !== page;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.page === page) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const collection = new URLSearchParams(query ?? "").get("collection");
  if (page === "search" && collection) search.choose(collection);
}

function goToSearch() {
  if (byId("page-search").hidden) {
    history.pushState(null, "", "#/search");
    turn();
  }
  search.focus();
}

function goToOverview() {
  location.hash = "#/";
  byId("main").focus();
}

const nameTheme = () => (byId("theme").textContent = "Theme: " + currentTheme());

addEventListener("hashchange", turn);
byId("theme").addEventListener("click", nextTheme);
onTheme(nameTheme);
nameTheme();
listenToKeys({ "/": goToSearch, o: goToOverview, t: nextTheme });
access.addEventListener("changed", () => {
  vitals.now();
  catalogue.now();
});
turn();
vitals.start();
catalogue.start();
