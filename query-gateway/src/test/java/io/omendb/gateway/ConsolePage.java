package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** The console as a user has it before them: where to click, and what is then to be seen. */
final class ConsolePage {
    private final Browser browser;
    private final String origin;
    private final List<String> allowedErrors = new ArrayList<>();

    private ConsolePage(Browser browser, String origin) {
        this.browser = browser;
        this.origin = origin;
    }

    static ConsolePage of(Browser browser, int port) {
        return new ConsolePage(browser, "http://127.0.0.1:" + port);
    }

    String address(String path) {
        return origin + path;
    }

    /** The console then asks for nothing more. */
    private void leave() {
        browser.go("about:blank");
    }

    /** Opens a page anew. */
    void open(String hash) {
        leave(); // else a change of the hash alone would load nothing
        browser.go(address("/" + hash));
    }

    /** Opens the search page, and waits until the form knows the collection. */
    void openSearch(String collection) throws Exception {
        open("#/search?collection=" + collection);
        Await.until(
                "the form knows the collections and the schema",
                () ->
                        (boolean)
                                browser.run(
                                        "return document.getElementById('collection').value ==="
                                                + " arguments[0] && document.querySelector("
                                                + "'tr[data-collection]') !== null &&"
                                                + " !document.getElementById('add-condition').disabled",
                                        collection));
    }

    void chooseCollection(String name) throws Exception {
        browser.untilText("tr[data-collection=" + name + "]", " d");
        browser.click("tr[data-collection=" + name + "] button");
    }

    void searchVector(String vector) {
        browser.type("#vector", vector);
        browser.click("#go");
    }

    void choose(String select, String option) {
        browser.run(
                "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
                        + " s.dispatchEvent(new Event('change', {bubbles: true}));",
                select,
                option);
    }

    /** The ids of the hits shown. */
    List<String> ids() {
        return strings("[...document.querySelectorAll('.hit')].map(hit => hit.dataset.id)");
    }

    /** Whether charts have at least two points each. */
    boolean drawn(String... charts) {
        return (boolean)
                browser.run(
                        "return arguments[0].every(name => Number(document.querySelector("
                                + "`[data-chart=${name}]`).dataset.points) >= 2)",
                        List.of(charts));
    }

    /** Fields that a screen reader would have no name for. */
    List<String> unlabelled() {
        return strings(
                "[...document.querySelectorAll('input, select, textarea')]"
                        + ".filter(field => field.labels.length === 0).map(field => field.outerHTML)");
    }

    /** How far the page is wider than the window. */
    long overflow() {
        return (long)
                browser.run(
                        "return document.documentElement.scrollWidth -"
                                + " document.documentElement.clientWidth");
    }

    /** Of the page's background, 0 to 1. */
    double luminance() {
        return ((Number)
                        browser.run(
                                "return getComputedStyle(document.body).backgroundColor"
                                        + ".match(/\\d+/g).slice(0, 3)"
                                        + ".reduce((sum, part) => sum + Number(part) / 765, 0)"))
                .doubleValue();
    }

    /** Pretends that the page is behind another, or in front again. */
    void lookAway(boolean away) {
        browser.run(
                "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable:"
                        + " true}); document.dispatchEvent(new Event('visibilitychange'));",
                away);
    }

    /** How often the metrics were asked for. */
    long polls() {
        return (long)
                browser.run(
                        "return performance.getEntriesByName(arguments[0]).length",
                        address("/metrics"));
    }

    String focused() {
        return (String) browser.run("return document.activeElement.textContent.trim()");
    }

    private List<String> strings(String expression) {
        return ((List<?>) browser.run("return " + expression))
                .stream().map(String::valueOf).toList();
    }

    /** An error that a test provokes. */
    void allowError(String part) {
        allowedErrors.add(part);
    }

    /**
     * Leaves the console. Since the last time, nothing was asked of another server, nothing but
     * what was allowed went wrong, and no data became code.
     */
    void check() {
        assertThat(browser.run("return window.pwned")).isNull();
        leave();
        assertThat(browser.requests())
                .isNotEmpty()
                .filteredOn(url -> !url.equals("about:blank") && !url.startsWith("data:"))
                .allSatisfy(url -> assertThat(url).startsWith(origin + "/"));
        assertThat(browser.errors())
                .filteredOn(error -> allowedErrors.stream().noneMatch(error::contains))
                .isEmpty();
        allowedErrors.clear();
    }
}
