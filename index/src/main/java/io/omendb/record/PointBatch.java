package io.omendb.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointJson.Vectors;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Points that were sent together, with what is wrong with any of them. A batch is taken or refused
 * as a whole, so reading goes on after a bad point in order to name the others as well.
 *
 * @param points the points in the order sent; bad ones that could not be read are left out
 * @param bad the bad points in the order sent, at most {@value #BAD_MAX}
 */
public record PointBatch(List<Point> points, List<BadPoint> bad) {
    /** Bad points named before reading stops. */
    public static final int BAD_MAX = 20;

    /**
     * A point that cannot be taken.
     *
     * @param index its place in the batch, from 0; in NDJSON empty lines do not count
     */
    public record BadPoint(int index, OmenException reason) {}

    /** Reads points that all have their vectors, as the other method does. */
    public static PointBatch readPoints(JsonParser parser, int pointsMax) {
        return readPoints(parser, pointsMax, Vectors.REQUIRED);
    }

    /**
     * Reads {@code {"points": [...]}} from a parser that stands on its START_OBJECT.
     *
     * @throws OmenException MALFORMED where the batch itself cannot be read, TOO_LARGE where it
     *     holds more than {@code pointsMax} points
     */
    public static PointBatch readPoints(JsonParser parser, int pointsMax, Vectors vectors) {
        try {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object with points");
            }
            PointBatch batch = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                if (!field.equals("points")) {
                    throw OmenException.malformed(
                            field + ": found an unknown field, expected points");
                }
                if (batch != null) {
                    throw OmenException.malformed("points: found it twice, expected it once");
                }
                batch = readArray(parser, pointsMax, vectors);
                if (batch.isFull()) {
                    return batch;
                }
            }
            if (batch == null) {
                throw OmenException.malformed("points: found nothing, expected an array of points");
            }
            StrictJson.expectEnd(parser, "the batch");
            return batch;
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    /** Reads one point a line; empty lines are skipped. */
    public static PointBatch readNdjson(byte[] lines, int pointsMax, Vectors vectors) {
        PointBatch batch = new PointBatch(new ArrayList<>(), new ArrayList<>());
        int index = 0;
        int start = 0;
        while (start < lines.length && !batch.isFull()) {
            int end = start;
            while (end < lines.length && lines[end] != '\n') {
                end++;
            }
            if (!isBlank(lines, start, end)) {
                checkCount(index + 1, pointsMax);
                try {
                    batch.points.add(PointJson.read(lines, start, end - start, vectors));
                } catch (OmenException e) {
                    batch.bad.add(new BadPoint(index, e));
                }
                index++;
            }
            start = end + 1;
        }
        return batch;
    }

    /**
     * The same batch with the points that break a rule of the collection among the bad ones. Where
     * the collection has an embedder, a point that has a text may still be without its vector.
     */
    public PointBatch checked(CollectionSchema schema) {
        if (!bad.isEmpty()) {
            return this;
        }
        List<BadPoint> broken = new ArrayList<>();
        for (int i = 0; i < points.size() && broken.size() < BAD_MAX; i++) {
            try {
                PointRules.checkSent(schema, points.get(i));
            } catch (OmenException e) {
                broken.add(new BadPoint(i, e));
            }
        }
        return new PointBatch(points, broken);
    }

    private boolean isFull() {
        return bad.size() >= BAD_MAX;
    }

    private static PointBatch readArray(JsonParser parser, int pointsMax, Vectors vectors)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "points", "an array of points");
        }
        PointBatch batch = new PointBatch(new ArrayList<>(), new ArrayList<>());
        JsonStreamContext array = parser.getParsingContext();
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            checkCount(index + 1, pointsMax);
            try {
                batch.points.add(PointJson.read(parser, vectors));
            } catch (OmenException e) {
                batch.bad.add(new BadPoint(index, e));
                if (batch.isFull()) {
                    return batch;
                }
                skipTo(array, parser);
            }
            index++;
        }
        return batch;
    }

    private static void skipTo(JsonStreamContext array, JsonParser parser) throws IOException {
        while (parser.getParsingContext() != array) {
            parser.nextToken();
        }
    }

    /** Checks how many points one batch holds: TOO_LARGE for more than {@code pointsMax}. */
    public static void checkCount(int points, int pointsMax) {
        if (points > pointsMax) {
            throw new OmenException(
                    ErrorCode.TOO_LARGE,
                    "points: found more than "
                            + pointsMax
                            + ", expected at most "
                            + pointsMax
                            + " in one request");
        }
    }

    private static boolean isBlank(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return false;
            }
        }
        return true;
    }
}
