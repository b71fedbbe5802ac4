package io.omendb.connectors.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.sink.abilities.SupportsTargetColumnWriting;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;

/**
 * Takes upserts and deletions of points, by their id; changes of points, where an insert names its
 * columns and the vector is not among them.
 */
final class OmenTableSink implements DynamicTableSink, SupportsTargetColumnWriting {
    /** Of the table, computed columns included, which is how Flink counts columns. */
    private final List<String> names;

    private CollectionSink sink;
    private final @Nullable Integer parallelism;

    OmenTableSink(List<String> names, CollectionSink sink, @Nullable Integer parallelism) {
        this.names = names;
        this.sink = sink;
        this.parallelism = parallelism;
    }

    @Override
    public boolean applyTargetColumns(int[][] targetColumns) {
        List<String> named = new ArrayList<>();
        for (int[] path : targetColumns) {
            if (path.length > 1) {
                throw new ValidationException(
                        "Column "
                                + names.get(path[0])
                                + ": found a part of it in an insert, expected the whole column.");
            }
            named.add(names.get(path[0]));
        }
        sink = sink.into(named);
        return true;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        // Where nothing is ever taken back, a later row of an id replaces the one before as it is.
        return requested.containsOnly(RowKind.INSERT)
                ? ChangelogMode.insertOnly()
                : ChangelogMode.upsert();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        return parallelism == null ? SinkV2Provider.of(sink) : SinkV2Provider.of(sink, parallelism);
    }

    @Override
    public DynamicTableSink copy() {
        return new OmenTableSink(names, sink, parallelism);
    }

    @Override
    public String asSummaryString() {
        return "OmenDB collection";
    }
}
