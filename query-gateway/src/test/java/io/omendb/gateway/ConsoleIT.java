package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;

/** Drives the console in a browser, against a gateway before two shards and a real broker. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {
    private static final String HOSTILE = "<img src=x onerror=window.pwned=1>";
    private static final String POINTS =
            "{'points':["
                    + "{'id':'boots','vector':[1,0,0],'metadata':{'category':'shoes','price':129}},"
                    + "{'id':'sandals','vector':[0.9,0.1,0],'metadata':{'category':'shoes','price':39,"
                    + "'nested':{'made':{'in':'Lisbon'}},'serial':9007199254740993}},"
                    + "{'id':'grinder','vector':[0,0.1,0.9],'metadata':{'category':'kitchen','price':45}},"
                    + "{'id':'<script>window.pwned=2</script>','vector':[0,1,0],'text':'"
                    + HOSTILE
                    + "','metadata':{'category':'"
                    + HOSTILE
                    + "','"
                    + HOSTILE
                    + "':['"
                    + HOSTILE
                    + "']}}]}";

    private Browser browser;
    private RunningGateway running;
    private String origin;
    private final List<String> allowedErrors = new ArrayList<>();

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        browser = Browser.open();
        running = new RunningGateway(broker);
        origin = "http://127.0.0.1:" + running.gateway.port();
        running.client
                .put(
                        "/collections/console",
                        "{'dimension':3,'metric':'l2','fields':{'category':'keyword',"
                                + "'price':'double','tags':'keyword[]'}}")
                .expect(201);
        running.client.post("/collections/console/points?wait=true", POINTS).expect(200);
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
        if (running != null) {
            running.close();
        }
    }

    @BeforeEach
    void reset() {
        allowedErrors.clear();
        browser.resize(1280, 900);
    }

    @AfterEach
    void nothingWentElsewhereAndNothingFailed() {
        assertThat(browser.requests())
                .filteredOn(url -> !url.startsWith("data:"))
                .isNotEmpty()
                .allSatisfy(url -> assertThat(url).startsWith(origin + "/"));
        assertThat(browser.errors())
                .filteredOn(error -> allowedErrors.stream().noneMatch(error::contains))
                .isEmpty();
        assertThat(browser.run("return window.pwned")).isNull();
    }

    @Test
    void overview_whileSearched_drawsEveryChart() throws Exception {
        open("#/");
        Await.until(
                "every chart has points",
                () -> {
                    running.client
                            .post("/collections/console/search", "{'vector':[1,0,0]}")
                            .expect(200);
                    return points("ingest", "freshness", "latency", "recall", "queue", "space");
                });
        assertThat(browser.text("[data-chart=latency] .now"))
                .containsPattern("p50 [\\d.]+ ms")
                .containsPattern("p99 [\\d.]+ m?s");
        assertThat(browser.text("[data-chart=recall] .now")).contains("1.000");
        assertThat(browser.all(".plot canvas")).hasSize(6);
        browser.untilText("#status", "ready");
        assertThat(browser.text("#figures")).contains("Searches in 24 hours");
    }

    @Test
    void collection_chosen_isShownInFull() throws Exception {
        open("#/");
        browser.untilText("tr[data-collection=console]", "l2, 3 d");
        browser.click("tr[data-collection=console] button");
        browser.untilText("#detail", "2 shards");
        assertThat(browser.text("#detail"))
                .contains("omen.console, 2 partitions", "category keyword", "none: every row")
                .containsPattern("omen.console-[01]: \\d+");
        assertThat(browser.text("#scope")).isEqualTo("collection console");
        browser.click("#detail a.button");
        browser.untilText("#search-title", "Search");
        assertThat(browser.find("#collection").getDomProperty("value")).isEqualTo("console");
    }

    @Test
    void search_vector_showsHitsTimingFreshnessAndHostileTextAsText() throws Exception {
        openSearch();
        searchVector("[1,0,0]");
        browser.untilText("#answer .facts", "4");

        assertThat(ids())
                .containsExactly("boots", "sandals", "grinder", "<script>window.pwned=2</script>");
        assertThat(browser.text("#answer .facts"))
                .contains("searched in", "nothing unread in the log", "2 of 2");
        assertThat(browser.text(".hit:nth-child(2)"))
                .contains("39", "Lisbon", "9007199254740993", "distance");
        assertThat(browser.text(".hit:nth-child(4)"))
                .contains("category:\n" + HOSTILE)
                .contains("\n" + HOSTILE + "\n");
        assertThat(browser.all(".hit img, .hit script")).isEmpty();
    }

    @Test
    void filters_built_narrowTheHits() throws Exception {
        openSearch();
        browser.click("#add-condition");
        browser.type(".condition .value", "shoes");
        searchVector("[1,0,0]");
        Await.until("two hits", () -> ids().equals(List.of("boots", "sandals")));

        choose(".condition .field", "price");
        choose(".condition .operator", "is");
        browser.type(".condition .value", "cheap");
        browser.click("#go");
        browser.untilText(".condition .error", "found cheap, expected a number");
        browser.type(".condition .value", "45");
        browser.click("#go");
        Await.until("one hit", () -> ids().equals(List.of("grinder")));

        browser.click(".condition button");
        browser.click("#go");
        Await.until("all hits", () -> ids().size() == 4);
    }

    @Test
    void filters_ofEveryOperator_areWhatTheServerReads() {
        open("#/search");
        assertThat(clause("double", "≥", "10")).isEqualTo("{\"$gte\":10}");
        assertThat(clause("long", "is", "9007199254740993")).isEqualTo("9007199254740993");
        assertThat(clause("keyword", "is one of", "a, b")).isEqualTo("{\"$in\":[\"a\",\"b\"]}");
        assertThat(clause("keyword[]", "does not contain", "x"))
                .isEqualTo("{\"$not\":{\"$contains\":\"x\"}}");
        assertThat(clause("bool", "is", "true")).isEqualTo("true");
        assertThat(clause("text", "is missing", "")).isEqualTo("{\"$exists\":false}");
        assertThat(joined("all")).isEqualTo("{\"$and\":[{\"a\":1},{\"a\":{\"$lt\":2}}]}");
        assertThat(joined("any")).isEqualTo("{\"$or\":[{\"a\":1},{\"a\":{\"$lt\":2}}]}");
    }

    @Test
    void search_likeAPoint_leavesItOut() throws Exception {
        openSearch();
        searchVector("[1,0,0]");
        Await.until("hits", () -> ids().size() == 4);
        browser.click(".hit[data-id=sandals] button");
        Await.until("three hits", () -> ids().size() == 3);
        assertThat(ids()).doesNotContain("sandals").startsWith("boots");

        allowedErrors.add("404");
        browser.type("#like", "nobody");
        browser.click("#go");
        browser.untilText("#answer [role=alert]", "Point nobody does not exist");
    }

    @Test
    void search_refused_showsTheProblem() throws Exception {
        allowedErrors.add("422");
        openSearch();
        searchVector("[1,0]");
        browser.untilText("#answer [role=alert]", "422");
        assertThat(browser.text("#answer [role=alert]")).contains("vector: found 2", "INVALID");
        searchVector("[1,");
        browser.untilText("#answer [role=alert]", "The vector is no JSON array");
    }

    @Test
    void search_text_showsScoresAndExplanation() throws Exception {
        openSearch();
        // What the route answers is not this test's; how any such answer looks is.
        browser.run(
                "const real = window.fetch; window.fetch = async (path, options) => {"
                        + " if (!String(path).endsWith('/hybrid_search')) return real(path, options);"
                        + " window.asked = options.body;"
                        + " return new Response(JSON.stringify({hits: [{id: 'a', score: 0.75,"
                        + " scores: {dense: 0.5, text: 1}, metadata: {}, explain: {text: {terms:"
                        + " [{term: arguments[0] ?? '<b>boots</b>', weight: 1.5}]}}}], took_ms: 1,"
                        + " freshness: {applied: {}, lag_records: 0, lag_ms: 0}, shards: {total: 2,"
                        + " answered: 1}})); };");
        browser.click("input[value=hybrid]");
        browser.type("#text", "warm boots");
        browser.click("#go");
        browser.untilText(".hit", "0.75");
        assertThat(browser.text(".hit")).contains("dense", "0.5", "text");
        assertThat(browser.text("#answer")).contains("Only 1 of 2 shards answered");
        browser.click(".explain summary");
        browser.untilText(".explain", "<b>boots</b>");
        assertThat(browser.run("return window.asked"))
                .isEqualTo(
                        "{\"text\":\"warm boots\",\"k\":10,\"alpha\":0.5,\"fusion\":\"weighted\","
                                + "\"explain\":true}");
    }

    @Test
    void keyboard_alone_isEnough() throws Exception {
        open("#/");
        browser.untilText("#status", "ready");
        browser.press(Keys.TAB);
        assertThat(focused()).isEqualTo("Skip to the content");
        browser.press(Keys.TAB);
        assertThat(focused()).isEqualTo("Overview");
        assertThat(browser.run("return getComputedStyle(document.activeElement).outlineStyle"))
                .isEqualTo("solid");
        browser.press("?");
        Await.until("the keys", () -> browser.find("#keys").isDisplayed());
        browser.press(Keys.ESCAPE);
        Await.until("no keys", () -> !browser.find("#keys").isDisplayed());
        browser.press("/");
        assertThat(browser.run("return document.activeElement.id")).isEqualTo("vector");
        Await.until("the collections", () -> !browser.all("#collection option").isEmpty());
        choose("#collection", "console");
        browser.find("#vector").sendKeys("[1,0,0]");
        browser.press(Keys.chord(Keys.CONTROL, Keys.ENTER));
        Await.until("hits", () -> ids().size() == 4);
        assertThat(browser.run("return location.hash")).isEqualTo("#/search");
        assertThat(unlabelled()).isEmpty();
    }

    @Test
    void narrow_pages_doNotOverflow() throws Exception {
        browser.resize(390, 844);
        open("#/");
        browser.untilText("tr[data-collection=console]", "l2, 3 d");
        browser.click("tr[data-collection=console] button");
        browser.untilText("#detail", "2 shards");
        assertThat(overflow()).as("overview").isZero();
        openSearch();
        browser.click("#add-condition");
        browser.type(".condition .value", "shoes");
        searchVector("[1,0,0]");
        Await.until("hits", () -> ids().size() == 2);
        assertThat(overflow()).as("search").isZero();
    }

    @Test
    void theme_followsTheSystemAndTheChoice() throws Exception {
        browser.prefer("dark");
        open("#/");
        assertThat(luminance()).isLessThan(0.1);
        browser.prefer("light");
        assertThat(luminance()).isGreaterThan(0.8);
        browser.press("t");
        assertThat(browser.text("#theme")).isEqualTo("Theme: dark");
        assertThat(luminance()).isLessThan(0.1);
        open("#/");
        assertThat(luminance()).as("remembered").isLessThan(0.1);
        browser.press("t");
        browser.press("t");
        assertThat(browser.text("#theme")).isEqualTo("Theme: system");
    }

    @Test
    void gateway_unreachable_isSaidUntilItAnswers() throws Exception {
        allowedErrors.add("ERR_INTERNET_DISCONNECTED");
        open("#/");
        browser.untilText("#status", "ready");
        browser.offline(true);
        browser.untilText("#unreachable", "does not answer");
        assertThat(browser.text("#status")).isEqualTo("unreachable");
        browser.offline(false);
        browser.untilText("#status", "ready");
        assertThat(browser.find("#unreachable").isDisplayed()).isFalse();
    }

    @Test
    void page_hidden_doesNotPoll() throws Exception {
        open("#/");
        browser.untilText("#status", "ready");
        lookAway(true);
        assertThat(browser.run("return document.documentElement.dataset.polling"))
                .isEqualTo("paused");
        lookAway(false);
        Object before =
                browser.run(
                        "return performance.getEntriesByName(arguments[0]).length",
                        origin + "/metrics");
        Await.until(
                "polled again",
                () ->
                        (long)
                                        browser.run(
                                                "return performance.getEntriesByName(arguments[0]).length",
                                                origin + "/metrics")
                                > (long) before);
    }

    @Test
    void withoutCollections_saysHowToMakeOne() throws Exception {
        try (Gateway empty =
                Gateway.startReadOnly(
                        GatewayOptions.of("127.0.0.1:1").withPort(0),
                        running.job,
                        new ReadOnlySource(Map.of(), Map.of(), "nothing to write to"))) {
            String here = "http://127.0.0.1:" + empty.port();
            browser.requests();
            browser.go(here + "/");
            browser.untilText("#collections-empty", "curl -s -X PUT '" + here);
            browser.press("/");
            browser.untilText("#search-empty", "/collections/products");
            browser.go("about:blank");
            assertThat(browser.requests())
                    .allSatisfy(
                            url ->
                                    assertThat(url)
                                            .matches(
                                                    url1 ->
                                                            url1.startsWith(here)
                                                                    || url1.startsWith(origin)));
        }
        open("#/");
    }

    private void open(String hash) {
        browser.go("about:blank"); // another address, so that the page is read anew
        browser.go(origin + "/" + hash);
    }

    private void openSearch() throws Exception {
        open("#/search?collection=console");
        Await.until(
                "the schema and the collections",
                () ->
                        (boolean)
                                browser.run(
                                        "return document.getElementById('collection').value ==="
                                                + " 'console' && performance.getEntriesByName("
                                                + "arguments[0]).length > 0 &&"
                                                + " !document.getElementById('add-condition').disabled",
                                        origin + "/collections"));
    }

    private void searchVector(String vector) {
        browser.type("#vector", vector);
        browser.click("#go");
    }

    private void choose(String select, String option) {
        browser.run(
                "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
                        + " s.dispatchEvent(new Event('change', {bubbles: true}));",
                select,
                option);
    }

    private List<Object> ids() {
        return (List<Object>)
                browser.run("return [...document.querySelectorAll('.hit')].map(h => h.dataset.id)");
    }

    private boolean points(String... charts) {
        for (String chart : charts) {
            String points =
                    browser.find("[data-chart=" + chart + "]").getDomAttribute("data-points");
            if (points == null || Integer.parseInt(points) < 2) {
                return false;
            }
        }
        return true;
    }

    private String clause(String type, String operator, String value) {
        return (String)
                browser.ofModule(
                        "clauses.js",
                        "JSON.stringify(m.clause('%1$s', m.operators('%1$s').find(o => o.operator === '%2$s'), '%3$s'))"
                                .formatted(type, operator, value));
    }

    private String joined(String join) {
        return (String)
                browser.ofModule(
                        "clauses.js",
                        "JSON.stringify(m.joined([['a', 1], ['a', {$lt: 2}]], '" + join + "'))");
    }

    private String focused() {
        return (String) browser.run("return document.activeElement.textContent.trim()");
    }

    private List<Object> unlabelled() {
        return (List<Object>)
                browser.run(
                        "return [...document.querySelectorAll('input, select, textarea')]"
                                + ".filter(f => f.labels.length === 0 && !f.ariaLabel).map(f => f.outerHTML)");
    }

    private long overflow() {
        return (long)
                browser.run(
                        "return document.documentElement.scrollWidth -"
                                + " document.documentElement.clientWidth");
    }

    /** Of the page's background, 0 to 1. */
    private double luminance() {
        return ((Number)
                        browser.run(
                                "return getComputedStyle(document.body).backgroundColor"
                                        + ".match(/\\d+/g).slice(0, 3)"
                                        + ".reduce((sum, part) => sum + Number(part) / 765, 0)"))
                .doubleValue();
    }

    private void lookAway(boolean away) {
        browser.run(
                "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable:"
                        + " true}); document.dispatchEvent(new Event('visibilitychange'));",
                away);
    }
}
