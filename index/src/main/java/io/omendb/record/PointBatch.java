package io.omendb.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointJson.Vectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Points that were sent together, with what is wrong with any of them. A batch is taken or refused
 * as a whole, so reading goes on after a bad point in order to name the others as well.
 *
 * @param <P> a {@link Point}, or a change of one, {@link PointPatch}
 * @param points the points in the order sent, up to where reading stopped; those named in {@code
 *     bad} are left out
 * @param bad the bad points in the order sent, at most {@value #BAD_MAX}
 */
public record PointBatch<P>(List<P> points, List<BadPoint> bad) {
    /** Bad points named before reading stops. */
    public static final int BAD_MAX = 20;

    /**
     * A point that cannot be taken.
     *
     * @param index its place in the batch, from 0; in NDJSON empty lines do not count
     */
    public record BadPoint(int index, OmenException reason) {}

    /** Reads the value that the parser stands on. */
    private interface Form<P> {
        P read(JsonParser parser) throws IOException;
    }

    private static final Form<PointPatch> PATCH = parser -> PatchJson.read(parser, null);

    /** Reads points that all have their vectors, as the other method does. */
    public static PointBatch<Point> readPoints(JsonParser parser, int pointsMax) {
        return readPoints(parser, pointsMax, Vectors.REQUIRED);
    }

    /**
     * Reads {@code {"points": [...]}} from a parser that stands on its START_OBJECT.
     *
     * @throws OmenException MALFORMED where the batch itself cannot be read, TOO_LARGE where it
     *     holds more than {@code pointsMax} points
     */
    public static PointBatch<Point> readPoints(JsonParser parser, int pointsMax, Vectors vectors) {
        return read(parser, pointsMax, at -> PointJson.read(at, vectors));
    }

    /** Reads {@code {"points": [...]}} of patches, as {@link #readPoints} does of points. */
    public static PointBatch<PointPatch> readPatches(JsonParser parser, int pointsMax) {
        return read(parser, pointsMax, PATCH);
    }

    private static <P> PointBatch<P> read(JsonParser parser, int pointsMax, Form<P> form) {
        try {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object with points");
            }
            PointBatch<P> batch = null;
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
                batch = readArray(parser, pointsMax, form);
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
    public static PointBatch<Point> readNdjson(byte[] lines, int pointsMax, Vectors vectors) {
        return readLines(lines, pointsMax, parser -> PointJson.read(parser, vectors));
    }

    /** Reads one patch a line; empty lines are skipped. */
    public static PointBatch<PointPatch> readNdjsonPatches(byte[] lines, int pointsMax) {
        return readLines(lines, pointsMax, PATCH);
    }

    private static <P> PointBatch<P> readLines(byte[] lines, int pointsMax, Form<P> form) {
        PointBatch<P> batch = new PointBatch<>(new ArrayList<>(), new ArrayList<>());
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
                    batch.points.add(readLine(lines, start, end - start, form));
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
     * The same batch with the points that break a rule among the bad ones: the first {@value
     * #BAD_MAX} of all that are bad. Where there are any, the others are left out.
     *
     * @param rule throws an {@link OmenException} for a point that breaks it
     */
    public PointBatch<P> checked(Consumer<? super P> rule) {
        List<BadPoint> all = new ArrayList<>();
        int unread = 0;
        int index = 0;
        for (int i = 0; i < points.size() && all.size() < BAD_MAX; i++) {
            // Whatever could not be read before this point has a place of its own.
            for (; unread < bad.size() && bad.get(unread).index() <= index; unread++) {
                all.add(bad.get(unread));
                index = bad.get(unread).index() + 1;
            }
            try {
                rule.accept(points.get(i));
            } catch (OmenException e) {
                all.add(new BadPoint(index, e));
            }
            index++;
        }
        all.addAll(bad.subList(unread, bad.size()));
        return all.isEmpty()
                ? this
                : new PointBatch<>(List.of(), all.subList(0, Math.min(all.size(), BAD_MAX)));
    }

    private static <P> P readLine(byte[] lines, int offset, int length, Form<P> form) {
        try (JsonParser parser = StrictJson.parser(lines, offset, length)) {
            P point = form.read(parser);
            StrictJson.expectEnd(parser, "the point");
            return point;
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    private boolean isFull() {
        return bad.size() >= BAD_MAX;
    }

    private static <P> PointBatch<P> readArray(JsonParser parser, int pointsMax, Form<P> form)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "points", "an array of points");
        }
        PointBatch<P> batch = new PointBatch<>(new ArrayList<>(), new ArrayList<>());
        JsonStreamContext array = parser.getParsingContext();
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            checkCount(index + 1, pointsMax);
            try {
                batch.points.add(form.read(parser));
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
