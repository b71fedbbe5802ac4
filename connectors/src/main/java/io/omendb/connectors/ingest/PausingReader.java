package io.omendb.connectors.ingest;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;

/**
 * A reader that hands out {@link RawRecord#PAUSE} whenever another has handed out all it has. Used
 * by the task thread.
 */
final class PausingReader<SplitT extends SourceSplit> implements SourceReader<RawRecord, SplitT> {
    private final SourceReader<RawRecord, SplitT> reader;

    /** Whether anything was handed out since the last pause. */
    private boolean reading;

    PausingReader(SourceReader<RawRecord, SplitT> reader) {
        this.reader = reader;
    }

    @Override
    public InputStatus pollNext(ReaderOutput<RawRecord> output) throws Exception {
        InputStatus status = reader.pollNext(output);
        if (status == InputStatus.MORE_AVAILABLE) {
            reading = true;
        } else if (reading) {
            reading = false;
            output.collect(RawRecord.PAUSE);
        }
        return status;
    }

    @Override
    public void start() {
        reader.start();
    }

    @Override
    public List<SplitT> snapshotState(long checkpoint) {
        return reader.snapshotState(checkpoint);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return reader.isAvailable();
    }

    @Override
    public void addSplits(List<SplitT> splits) {
        reader.addSplits(splits);
    }

    @Override
    public void notifyNoMoreSplits() {
        reader.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        reader.handleSourceEvents(event);
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) throws Exception {
        reader.notifyCheckpointComplete(checkpoint);
    }

    @Override
    public void notifyCheckpointAborted(long checkpoint) throws Exception {
        reader.notifyCheckpointAborted(checkpoint);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
        reader.pauseOrResumeSplits(toPause, toResume);
    }

    @Override
    public void close() throws Exception {
        reader.close();
    }
}
