package io.omendb.connectors.table;

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
    private CollectionSink sink;
    private final @Nullable Integer parallelism;

    OmenTableSink(CollectionSink sink, @Nullable Integer parallelism) {
        this.sink = sink;
        this.parallelism = parallelism;
    }

    @Override
    public boolean applyTargetColumns(int[][] targetColumns) {
        sink = sink.into(targetColumns);
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
        return new OmenTableSink(sink, parallelism);
    }

    @Override
    public String asSummaryString() {
        return "OmenDB collection";
    }
}
