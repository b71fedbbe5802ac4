package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.connectors.ingest.IngestionOptions;
import io.omendb.flink.discovery.JobShardDirectory;
import io.omendb.protocol.ShardDirectory;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.SerializedValue;

/**
 * A Flink cluster in this process that runs the ingestion job, continued from its latest
 * checkpoint.
 */
final class FlinkJob implements AutoCloseable {
    private static final int MAX_PARALLELISM = 128;
    private static final String CAUSE = "Caused by: ";

    private final MiniCluster cluster;
    private final JobID job;

    private FlinkJob(MiniCluster cluster, JobID job) {
        this.cluster = cluster;
        this.job = job;
    }

    static FlinkJob start(StackConfig config, String bootstrapServers) throws InterruptedException {
        Path checkpoints = config.directory().resolve("checkpoints").toAbsolutePath();
        Configuration flink = configuration(config, checkpoints);
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(flink)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(config.parallelism())
                                .build());
        try {
            cluster.start();
            JobGraph graph = graph(config, bootstrapServers, flink);
            Optional<Path> latest = CompletedCheckpoints.latest(checkpoints);
            latest.ifPresent(
                    path ->
                            graph.setSavepointRestoreSettings(
                                    SavepointRestoreSettings.forPath(
                                            path.toUri().toString(),
                                            false,
                                            RecoveryClaimMode.CLAIM)));
            cluster.submitJob(graph).get();
            return new FlinkJob(cluster, graph.getJobID());
        } catch (InterruptedException e) {
            cluster.closeAsync();
            throw e;
        } catch (Exception e) {
            cluster.closeAsync();
            throw new OmenException(
                    ErrorCode.EXTERNAL, "Flink did not start: " + rootMessage(e), e);
        }
    }

    /** Flink's REST address. */
    URI restAddress() {
        return cluster.getRestAddress().join();
    }

    /** Finds the job's shards. */
    ShardDirectory shards() {
        return JobShardDirectory.open(
                request ->
                        cluster.deliverCoordinationRequestToCoordinator(
                                job, IngestionJob.VECTORS_UID, new SerializedValue<>(request)));
    }

    /** Why the job ended for good, in one line; empty while it runs or recovers. */
    Optional<String> failure() throws InterruptedException {
        try {
            JobStatus status = cluster.getJobStatus(job).get();
            if (!status.isGloballyTerminalState()) {
                return Optional.empty();
            }
            ErrorInfo failure = cluster.getArchivedExecutionGraph(job).get().getFailureInfo();
            return Optional.of(
                    failure == null
                            ? "the job is " + status
                            : innermostMessage(failure.getExceptionAsString()));
        } catch (ExecutionException e) {
            return Optional.of(rootMessage(e));
        }
    }

    /** The message of the innermost cause of a printed stack trace, without its class. */
    private static String innermostMessage(String stackTrace) {
        String innermost =
                stackTrace
                        .lines()
                        .filter(line -> line.startsWith(CAUSE))
                        .reduce((first, second) -> second)
                        .orElse(stackTrace);
        return innermost
                .lines()
                .findFirst()
                .orElse(innermost)
                .replaceFirst(CAUSE + "[\\w.$]+: ", "");
    }

    @Override
    public void close() {
        try {
            cluster.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new OmenException(ErrorCode.EXTERNAL, "Flink did not stop: " + rootMessage(e), e);
        }
    }

    private static JobGraph graph(
            StackConfig config, String bootstrapServers, Configuration flink) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(flink);
        environment.setParallelism(config.parallelism());
        environment.setMaxParallelism(MAX_PARALLELISM);
        IngestionJob.build(
                environment,
                new IngestionOptions(bootstrapServers, config.topics(), config.missingRecords()));
        StreamGraph graph = environment.getStreamGraph();
        graph.setJobName(IngestionJob.NAME);
        return graph.getJobGraph();
    }

    private static Configuration configuration(StackConfig config, Path checkpoints) {
        Configuration flink = new Configuration();
        flink.setString("state.backend.type", "io.omendb.state.OmenStateBackendFactory");
        flink.setString("execution.checkpointing.interval", config.checkpointIntervalMs() + " ms");
        flink.setString("execution.checkpointing.storage", "filesystem");
        flink.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
        flink.setString("execution.checkpointing.incremental", "true");
        flink.setString("execution.checkpointing.num-retained", "2");
        flink.setString(
                "execution.checkpointing.externalized-checkpoint-retention",
                "RETAIN_ON_CANCELLATION");
        flink.setString(
                "io.tmp.dirs", config.directory().resolve("tmp").toAbsolutePath().toString());
        flink.setString("restart-strategy.type", "exponential-delay");
        flink.setString("restart-strategy.exponential-delay.initial-backoff", "200 ms");
        flink.setString("restart-strategy.exponential-delay.max-backoff", "10 s");
        flink.setString("rest.address", "127.0.0.1");
        flink.setString("rest.bind-address", "127.0.0.1");
        flink.setString("rest.bind-port", "0");
        return flink;
    }

    private static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root instanceof OmenException ? String.valueOf(root.getMessage()) : root.toString();
    }
}
