package io.omendb.client;

import static io.omendb.client.filter.Filters.and;
import static io.omendb.client.filter.Filters.eq;
import static io.omendb.client.filter.Filters.exists;
import static io.omendb.client.filter.Filters.lt;
import static io.omendb.client.filter.Filters.lte;
import static io.omendb.client.filter.Filters.not;
import static io.omendb.client.filter.Filters.or;
import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.client.StubServer.Reply;
import io.omendb.client.filter.Filter;
import io.omendb.client.point.StoredPoint;
import io.omendb.client.query.Found;
import io.omendb.client.query.Fusion;
import io.omendb.client.query.HybridFound;
import io.omendb.client.query.HybridHit;
import io.omendb.client.query.HybridSearch;
import io.omendb.client.query.Scroll;
import io.omendb.client.query.Search;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Runs what docs/java-client.md shows and ClientSnippetsIT does not, against the contract's
 * answers. {@link DocumentationTest} keeps the page and the snippets equal, so the markers stay.
 */
class SnippetsTest {
    private final List<String> log = new ArrayList<>();

    @Test
    void page_asItIsRead_works() throws Exception {
        try (StubServer server =
                        StubServer.start()
                                .inTurn(
                                        Reply.of(200, "{'hits':[]}"),
                                        Reply.of(
                                                200,
                                                "{'hits':[{'id':'boots','score':0.9,'scores':{'dense':0.8}}]}"),
                                        Reply.of(200, "{'points':[{'id':'a'}],'cursor':'x'}"),
                                        Reply.of(200, "{'points':[{'id':'b'}],'cursor':null}"),
                                        Reply.of(202, "{'accepted':1,'tokens':[]}"));
                OmenClient client = OmenClient.connect(server.url())) {
            OmenCollection products = client.collection("products");
            filtered(products);
            hybrid(products);
            scrolled(products);
            deleted(products);
            assertThat(server.requests())
                    .extracting(StubServer.Request::target)
                    .containsExactly(
                            "/collections/products/search",
                            "/collections/products/hybrid_search",
                            "/collections/products/scroll",
                            "/collections/products/scroll",
                            "/collections/products/points/delete?wait=false");
        }
        assertThat(log).containsExactly("boots 0.9 of 0.8", "a", "b");
    }

    private static void filtered(OmenCollection products) {
        // snippet
        Filter filter = and(eq("category", "shoes"), or(lte("price", 100), not(exists("price"))));
        Found found = products.search(Search.builder(1, 0, 0, 0).filter(filter).build());
        // end
        assertThat(found.hits()).isEmpty();
    }

    private void hybrid(OmenCollection products) {
        // snippet
        HybridFound found =
                products.hybridSearch(
                        HybridSearch.builder()
                                .vector(1, 0, 0, 0)
                                .text("waterproof boots")
                                .alpha(0.7)
                                .fusion(Fusion.WEIGHTED)
                                .build());
        for (HybridHit hit : found.hits()) {
            log.add(hit.id() + " " + hit.score() + " of " + hit.score("dense").orElse(0));
        }
        // end
    }

    private void scrolled(OmenCollection products) {
        // snippet
        for (StoredPoint point : products.scroll(Scroll.of(eq("category", "shoes")))) {
            log.add(point.id());
        }
        // end
    }

    private static void deleted(OmenCollection products) {
        // snippet
        products.delete(lt("price", 10));
        // end
    }
}
