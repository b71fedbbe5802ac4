package io.omendb.gateway.console;

import com.linecorp.armeria.common.MediaType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the console is made of. The names are listed, as a class path cannot be, and a gateway that
 * lacks one does not start.
 */
final class ConsoleFiles {
    private static final String FOLDER = "/io/omendb/gateway/console/";

    /** The version is the one in the root pom. */
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    private static final MediaType SCRIPT = MediaType.parse("text/javascript; charset=utf-8");
    private static final MediaType SVG = MediaType.parse("image/svg+xml");

    private static final List<String> SCRIPTS =
            List.of(
                    "access.js",
                    "answer.js",
                    "api.js",
                    "app.js",
                    "catalogue.js",
                    "chart.js",
                    "charts.js",
                    "clauses.js",
                    "collections.js",
                    "curl.js",
                    "detail.js",
                    "element.js",
                    "figures.js",
                    "filters.js",
                    "format.js",
                    "history.js",
                    "json.js",
                    "keys.js",
                    "login.js",
                    "poller.js",
                    "prometheus.js",
                    "quantile.js",
                    "query.js",
                    "search.js",
                    "status.js",
                    "theme.js",
                    "tree.js",
                    "vitals.js");
    private static final List<String> STYLES =
            List.of("base.css", "overview.css", "parts.css", "search.css");

    private ConsoleFiles() {}

    static StaticFile page() {
        return StaticFile.load(FOLDER + "index.html", MediaType.HTML_UTF_8);
    }

    /** All but the page, by name. */
    static Map<String, StaticFile> load() {
        Map<String, StaticFile> files = new HashMap<>();
        SCRIPTS.forEach(name -> files.put(name, StaticFile.load(FOLDER + name, SCRIPT)));
        STYLES.forEach(
                name -> files.put(name, StaticFile.load(FOLDER + name, MediaType.CSS_UTF_8)));
        files.put("icon.svg", StaticFile.load(FOLDER + "icon.svg", SVG));
        files.put("uplot.js", StaticFile.load(UPLOT + "uPlot.esm.js", SCRIPT));
        files.put("uplot.css", StaticFile.load(UPLOT + "uPlot.min.css", MediaType.CSS_UTF_8));
        return Map.copyOf(files);
    }
}
