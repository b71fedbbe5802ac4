package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.filter.Filter;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All points that match, a page at a time. What is null is the server's choice.
 *
 * @param filter null for all points
 * @param limit points of a page
 * @param cursor where the page before ended; null for the first page
 */
public record Scroll(
        @JsonProperty("filters") @Nullable Filter filter,
        @Nullable Integer limit,
        @Nullable String cursor,
        @Nullable List<Include> include) {
    /** All points, as much of each as the server chooses. */
    public static final Scroll ALL = new Scroll(null, null, null, null);

    public static Scroll of(Filter filter) {
        return ALL.withFilter(filter);
    }

    public Scroll withFilter(Filter chosen) {
        return new Scroll(chosen, limit, cursor, include);
    }

    public Scroll withLimit(int chosen) {
        return new Scroll(filter, chosen, cursor, include);
    }

    public Scroll withInclude(Include... chosen) {
        return new Scroll(filter, limit, cursor, List.copyOf(Arrays.asList(chosen)));
    }

    /** The page that begins here. */
    public Scroll from(@Nullable String chosen) {
        return new Scroll(filter, limit, chosen, include);
    }
}
