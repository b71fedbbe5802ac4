package io.omendb.gateway.arrow;

import io.omendb.protocol.v1.Point;
import io.omendb.schema.CollectionSchema;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Points that were found, a row each. Which columns there are is decided by what was asked and by
 * the collection's schema, never by the points. In this order:
 *
 * <pre>
 * query      int32                     of a batch: the search's place in it
 * id         utf8
 * score      float64                   of hybrid search, and the parts' beside it, score_{part}
 * distance   float32                   null where it was not measured
 * vector     fixed_size_list&lt;float32&gt;  null where another search of the batch asked for it
 * text       utf8
 * {field}    by its declared type      for every declared field
 * metadata   utf8                      JSON of the other fields; null where there are none
 * explain    utf8                      JSON, of hybrid search
 * </pre>
 *
 * <p>Used by one thread.
 */
public final class PointTable implements AutoCloseable {
    private static final Set<String> TAKEN =
            Set.of("query", "id", "score", "distance", "vector", "text", "metadata", "explain");
    private static final String SCORE = "score";
    private static final ArrowType INT = new ArrowType.Int(Integer.SIZE, true);
    private static final ArrowType DOUBLE =
            new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);

    private final ArrowTable table = new ArrowTable();
    private final @Nullable IntVector query;
    private final VarCharVector id;
    private final @Nullable Float8Vector score;
    private final Map<String, Float8Vector> parts = new LinkedHashMap<>();
    private final @Nullable Float4Vector distance;
    private final @Nullable VectorColumn vector;
    private final @Nullable VarCharVector text;
    private final @Nullable MetadataColumns metadata;
    private final @Nullable VarCharVector explain;
    private int rows;

    /**
     * What there is beside the id.
     *
     * @param query whether rows are of several searches
     * @param metadata the metadata and the text
     * @param score whether rows have a score
     * @param parts names of what scores are made of
     * @param explain whether rows say how they came by their score
     */
    public record Shape(
            boolean query,
            boolean distance,
            boolean vector,
            boolean metadata,
            boolean score,
            Set<String> parts,
            boolean explain) {

        /** Of points that no hybrid search found. */
        public static Shape of(boolean query, boolean distance, boolean vector, boolean metadata) {
            return new Shape(query, distance, vector, metadata, false, Set.of(), false);
        }
    }

    /**
     * An empty table.
     *
     * @param rowsMax how many rows there will be at most
     */
    public PointTable(CollectionSchema schema, Shape shape, int rowsMax) {
        query = shape.query ? table.add(memory -> new IntVector("query", of(INT), memory)) : null;
        id = table.add(memory -> new VarCharVector("id", of(ArrowType.Utf8.INSTANCE), memory));
        score =
                shape.score
                        ? table.add(memory -> new Float8Vector(SCORE, of(DOUBLE), memory))
                        : null;
        Set<String> taken = new HashSet<>(TAKEN);
        for (String part : shape.parts) {
            String name = SCORE + "_" + part;
            taken.add(name);
            parts.put(part, table.add(memory -> new Float8Vector(name, memory)));
        }
        distance =
                shape.distance ? table.add(memory -> new Float4Vector("distance", memory)) : null;
        vector =
                shape.vector ? VectorColumn.in(table, "vector", schema.dimension(), rowsMax) : null;
        text = shape.metadata ? table.add(memory -> new VarCharVector("text", memory)) : null;
        metadata = shape.metadata ? new MetadataColumns(table, schema, taken) : null;
        explain = shape.explain ? table.add(memory -> new VarCharVector("explain", memory)) : null;
    }

    private static FieldType of(ArrowType type) {
        return FieldType.notNullable(type);
    }

    /** Begins the row of a point; the rest of the row follows. */
    public void add(String pointId, Point point) {
        int row = rows++;
        id.setSafe(row, utf8(pointId));
        if (distance != null && !Float.isNaN(point.getDistance())) {
            distance.setSafe(row, point.getDistance());
        }
        if (vector != null && !point.getVector().isEmpty()) {
            vector.set(row, point.getVector());
        }
        if (text != null && !point.getText().isEmpty()) {
            text.setSafe(row, utf8(point.getText()));
        }
        if (metadata != null) {
            metadata.set(row, point.getMetadataJson());
        }
    }

    /** Says which search the row is of. */
    public void query(int index) {
        if (query != null) {
            query.setSafe(rows - 1, index);
        }
    }

    /** Sets the row's score. */
    public void score(double value) {
        if (score != null) {
            score.setSafe(rows - 1, value);
        }
    }

    /** Sets what a part says of the row. */
    public void score(String part, double value) {
        Float8Vector column = parts.get(part);
        if (column != null) {
            column.setSafe(rows - 1, value);
        }
    }

    /** Says how the row came by its score. */
    public void explain(String json) {
        if (explain != null) {
            explain.setSafe(rows - 1, utf8(json));
        }
    }

    /**
     * The stream.
     *
     * @param circumstances what the answer says beside its points, as JSON: the schema's metadata
     *     {@code omen}
     */
    public byte[] write(String circumstances) {
        return table.write(rows, Map.of("omen", circumstances));
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        table.close();
    }
}
