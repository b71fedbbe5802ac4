package io.omendb.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import io.omendb.record.PointJson.Vectors;
import io.omendb.record.PointPatch.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a patch, the same over HTTP and in Kafka's {@code patch} records: a JSON merge
 * patch (RFC 7396) of the point's own JSON form, {@link PointJson}:
 *
 * <pre>
 * {"id": "a", "metadata": {"price": 9.5, "offer": null}, "text": null}
 * </pre>
 *
 * What is absent stays; null removes {@code metadata}, {@code text} or {@code sparse}, and within
 * {@code metadata} a member. A {@code vector} or a {@code sparse} vector is replaced as a whole.
 */
public final class PatchJson {
    private PatchJson() {}

    /**
     * Reads a patch that is the whole of the bytes.
     *
     * @param id of the point, which the patch may then leave out; null where it has to say it
     * @throws OmenException MALFORMED naming the field, what was found and what was expected; also
     *     where the patch names nothing to change
     */
    public static PointPatch read(byte[] json, @Nullable String id) {
        try (JsonParser parser = StrictJson.parser(json)) {
            PointPatch patch = read(parser, id);
            StrictJson.expectEnd(parser, "the patch");
            return patch;
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    /** Reads the patch whose START_OBJECT the parser stands on, up to its END_OBJECT. */
    public static PointPatch read(JsonParser parser, @Nullable String id) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, "patch", "an object");
        }
        PointFields fields = new PointFields(Vectors.REQUIRED);
        fields.readAll(parser);
        return fields.toPatch(id);
    }

    /** The patch in compact UTF-8 JSON. */
    public static byte[] write(PointPatch patch) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 12 * patch.vector().length);
        try (JsonGenerator json = StrictJson.factory().createGenerator(bytes)) {
            json.setCodec(StrictJson.mapper());
            json.writeStartObject();
            SparseVector sparse = patch.sparse();
            PointJson.writeMembers(
                    new Point(
                            patch.id(),
                            patch.vector(),
                            patch.metadata(),
                            patch.text(),
                            sparse == null ? null : sparse.indices(),
                            sparse == null ? null : sparse.values()),
                    json);
            for (Part part : patch.removed()) {
                json.writeNullField(part.name().toLowerCase(Locale.ROOT));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }
}
