package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.point.StoredPoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the points that match.
 *
 * @param cursor where the next page begins; null after the last
 */
public record ScrollPage(
        @JsonProperty(required = true) List<StoredPoint> points, @Nullable String cursor) {
    public ScrollPage {
        points = List.copyOf(points);
    }
}
