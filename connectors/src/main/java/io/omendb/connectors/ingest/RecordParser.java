package io.omendb.connectors.ingest;

import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.SubtaskKeys;
import io.omendb.protocol.catalogue.CatalogueFollower;
import java.time.Duration;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * The operator around {@link UpdateStream}: owns the catalogue's follower and ticks every few
 * milliseconds.
 */
final class RecordParser extends AbstractStreamOperator<ShardUpdate>
        implements OneInputStreamOperator<RawRecord, ShardUpdate>, ProcessingTimeCallback {
    private static final long serialVersionUID = 1;
    private static final long TICK_MS = 10;
    private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(60);

    private final IngestionOptions options;
    private final OutputTag<DeadLetter> deadLetterTag;

    private transient @Nullable CatalogueFollower catalogue;
    private transient @Nullable UpdateStream updates;

    RecordParser(IngestionOptions options, OutputTag<DeadLetter> deadLetterTag) {
        this.options = options;
        this.deadLetterTag = deadLetterTag;
    }

    @Override
    public void open() throws Exception {
        super.open();
        CatalogueFollower opened = CatalogueFollower.open(options.bootstrapServers());
        catalogue = opened;
        opened.awaitCaughtUp(CATCH_UP_TIMEOUT);
        TaskInfo task = getRuntimeContext().getTaskInfo();
        int maxParallelism = task.getMaxNumberOfParallelSubtasks();
        Counter deadLetters = getMetricGroup().counter("omendb_dead_letters");
        UpdateStream stream =
                new UpdateStream(
                        new Routes(opened, options.mappings()),
                        SubtaskKeys.perKeyGroup(maxParallelism),
                        SubtaskKeys.perSubtask(task.getNumberOfParallelSubtasks(), maxParallelism),
                        update -> output.collect(new StreamRecord<>(update)),
                        letter -> {
                            deadLetters.inc();
                            output.collect(deadLetterTag, new StreamRecord<>(letter));
                        });
        updates = stream;
        stream.tick();
        scheduleTick();
    }

    @Override
    public void processElement(StreamRecord<RawRecord> element) {
        open(updates).accept(element.getValue());
    }

    @Override
    public void onProcessingTime(long timestamp) {
        open(updates).tick();
        scheduleTick();
    }

    @Override
    public void close() throws Exception {
        if (catalogue != null) {
            catalogue.close();
        }
        super.close();
    }

    private void scheduleTick() {
        getProcessingTimeService()
                .registerTimer(
                        getProcessingTimeService().getCurrentProcessingTime() + TICK_MS, this);
    }

    private static UpdateStream open(@Nullable UpdateStream stream) {
        if (stream == null) {
            throw new IllegalStateException("operator is not open");
        }
        return stream;
    }
}
