package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Takes the pictures of docs/console.md from a gateway that runs on this machine, such as that of
 * {@code ./omen demo}: {@code -Domen.screenshots.port=8080}.
 */
@EnabledIfSystemProperty(named = "omen.screenshots.port", matches = "\\d+")
class ConsoleScreenshotsIT {
    private static final Path FOLDER = Path.of("..", "docs", "console");
    private static final String COLLECTION = "jdk-api";

    @Test
    void pages_areDrawnInEveryShape() throws Exception {
        Files.createDirectories(FOLDER);
        try (Browser browser = Browser.open()) {
            ConsolePage page =
                    ConsolePage.of(browser, Integer.getInteger("omen.screenshots.port", 8080));
            browser.resize(1200, 1060);
            browser.prefer("light");
            page.open("#/");
            waitForPolls(page, 20);
            Await.until("recall and latency", () -> page.drawn("recall", "latency"));
            page.chooseCollection(COLLECTION);
            browser.untilText("#detail", "shard");
            keep(browser, "overview-light");
            browser.prefer("dark");
            keep(browser, "overview-dark");
            search(browser, page);
            browser.resize(1200, 960);
            keep(browser, "search-dark");
            browser.prefer("light");
            browser.resize(390, 1060);
            keep(browser, "search-narrow");
            page.open("#/");
            page.chooseCollection(COLLECTION);
            waitForPolls(page, 10);
            keep(browser, "overview-narrow");
        }
    }

    /** Until the charts have lines of some length. */
    private static void waitForPolls(ConsolePage page, int polls) throws Exception {
        for (int some = 5; some <= polls; some += 5) {
            int wanted = some;
            Await.until("polls: " + wanted, () -> page.polls() >= wanted);
        }
    }

    private static void search(Browser browser, ConsolePage page) throws Exception {
        page.openSearch(COLLECTION);
        browser.click("#add-condition");
        page.choose(".condition .field", "kind");
        browser.type(".condition .value", "method");
        browser.click("#random");
        browser.click("#go");
        Await.until("hits", () -> !page.ids().isEmpty());
        browser.click(".hit button");
        Await.until(
                "hits like the first",
                () -> browser.text("#answer").contains("of") && page.ids().size() == 10);
        assertThat(page.overflow()).isZero();
    }

    /** What is drawn now, without the animations of a change of theme. */
    private static void keep(Browser browser, String name) throws Exception {
        browser.run("scrollTo(0, 0)");
        browser.settle();
        Files.write(FOLDER.resolve(name + ".png"), browser.screenshot());
    }
}
