package io.omendb.gateway.write;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.gateway.http.Problem;
import io.omendb.record.PointBatch;
import io.omendb.record.PointBatch.BadPoint;
import java.util.List;

/** The answer to a batch with bad points: nothing is written, and each is named. */
final class RefusedBatch {
    private RefusedBatch() {}

    /** MALFORMED if any point is, else what the first one is. */
    static Problem of(List<BadPoint> bad) {
        List<BadPoint> named = bad.subList(0, Math.min(bad.size(), PointBatch.BAD_MAX));
        BadPoint first = named.get(0);
        ErrorCode code =
                named.stream().anyMatch(point -> point.reason().code() == ErrorCode.MALFORMED)
                        ? ErrorCode.MALFORMED
                        : first.reason().code();
        ObjectNode extensions = JsonNodeFactory.instance.objectNode();
        ArrayNode errors = extensions.putArray("errors");
        for (BadPoint point : named) {
            errors.addObject()
                    .put("index", point.index())
                    .put("detail", point.reason().getMessage());
        }
        return Problem.of(
                code,
                "Nothing was written: points["
                        + first.index()
                        + "]: "
                        + first.reason().getMessage()
                        + others(named.size() - 1),
                extensions);
    }

    /** Reading stops where there are as many as are named. */
    private static String others(int named) {
        if (named == 0) {
            return "";
        }
        return (named + 1 < PointBatch.BAD_MAX ? " (and " : " (and at least ") + named + " more)";
    }
}
