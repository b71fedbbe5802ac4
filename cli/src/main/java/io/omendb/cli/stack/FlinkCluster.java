package io.omendb.cli.stack;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.broker.LoopbackPort;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.protocol.ShardDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;

/**
 * A Flink cluster of child processes, one JobManager and some TaskManagers, to which the ingestion
 * job is submitted as a jar. The processes hold Flink and nothing of the job: it is loaded as on
 * any cluster, the job's classes first. A TaskManager that ends is replaced.
 */
final class FlinkCluster implements StackJob {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final long POLL_MS = 100;
    private static final int ENDINGS_MAX = 3;
    private static final String JOB_MANAGER_HEAP = "400m";

    private final URI rest;
    private final FlinkChild jobManager;
    private final TaskManagers taskManagers;
    private final RemoteJob remote;
    private final JobID job;

    private FlinkCluster(
            URI rest,
            FlinkChild jobManager,
            TaskManagers taskManagers,
            RemoteJob remote,
            JobID job) {
        this.rest = rest;
        this.jobManager = jobManager;
        this.taskManagers = taskManagers;
        this.remote = remote;
        this.job = job;
    }

    static FlinkCluster start(StackConfig config, String bootstrapServers)
            throws InterruptedException {
        List<AutoCloseable> started = new ArrayList<>();
        try {
            Path folder =
                    Files.createDirectories(config.directory().resolve("flink").toAbsolutePath());
            Path scratch = FlinkSettings.scratch(config);
            Path home = home();
            Path libraries = home.resolve("cli/flink-process/target/lib");
            int port = LoopbackPort.free();
            writeConfiguration(folder, config, port);
            URI rest = URI.create("http://" + LoopbackPort.ADDRESS + ":" + port);
            FlinkChild jobManager =
                    FlinkChild.start(
                            "jobmanager",
                            libraries,
                            folder,
                            JOB_MANAGER_HEAP,
                            scratch.resolve("jobmanager"),
                            folder.resolve("jobmanager.log"));
            started.add(jobManager);
            TaskManagers taskManagers =
                    TaskManagers.start(
                            config.taskManagers(),
                            number ->
                                    FlinkChild.start(
                                            "taskmanager",
                                            libraries,
                                            folder,
                                            config.taskManagerHeap(),
                                            scratch.resolve("taskmanager-" + number),
                                            folder.resolve("taskmanager-" + number + ".log")));
            started.add(taskManagers);
            JobSubmission submission = new JobSubmission(rest);
            awaitSlots(submission, config, jobManager, taskManagers);
            Optional<Path> latest = CompletedCheckpoints.latest(FlinkSettings.checkpoints(config));
            JobID job =
                    submission.run(
                            submission.upload(home.resolve("connectors/target/omendb-job.jar")),
                            IngestionJob.class.getName(),
                            config.ingestion(bootstrapServers).arguments(),
                            config.parallelism(),
                            latest);
            latest.ifPresent(CompletedCheckpoints::deleteOthers);
            return new FlinkCluster(
                    rest, jobManager, taskManagers, RemoteJob.open(rest, FlinkSecurity.NONE), job);
        } catch (IOException e) {
            closeAll(started);
            throw new OmenException(ErrorCode.EXTERNAL, "Flink did not start: " + e, e);
        } catch (RuntimeException | InterruptedException e) {
            closeAll(started);
            throw e;
        }
    }

    private static Path home() {
        String home = System.getProperty("omen.home");
        if (home == null) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "a Flink cluster of several processes needs the installation's directory: start"
                            + " with ./omen");
        }
        return Path.of(home);
    }

    private static void writeConfiguration(Path folder, StackConfig config, int restPort)
            throws IOException {
        Map<String, String> flink = FlinkSettings.of(config);
        flink.put("rest.port", Integer.toString(restPort));
        flink.put("rest.bind-port", Integer.toString(restPort));
        flink.put("jobmanager.rpc.address", LoopbackPort.ADDRESS);
        flink.put("jobmanager.rpc.port", Integer.toString(LoopbackPort.free()));
        flink.put("jobmanager.bind-host", LoopbackPort.ADDRESS);
        flink.put("taskmanager.host", LoopbackPort.ADDRESS);
        flink.put("taskmanager.bind-host", LoopbackPort.ADDRESS);
        flink.put(
                "web.upload.dir",
                FlinkSettings.scratch(config).resolve("jobmanager/jars").toString());
        int slots = (config.parallelism() + config.taskManagers() - 1) / config.taskManagers();
        flink.put("taskmanager.numberOfTaskSlots", Integer.toString(slots));
        flink.put("taskmanager.cpu.cores", "1");
        flink.put("taskmanager.memory.task.heap.size", config.taskManagerHeap());
        flink.put("taskmanager.memory.task.off-heap.size", "0");
        flink.put("taskmanager.memory.framework.heap.size", "128m");
        flink.put("taskmanager.memory.framework.off-heap.size", "128m");
        flink.put("taskmanager.memory.jvm-metaspace.size", "256m");
        flink.put("taskmanager.memory.jvm-overhead.min", "128m");
        flink.put("taskmanager.memory.jvm-overhead.max", "128m");
        flink.put("taskmanager.memory.network.min", "64m");
        flink.put("taskmanager.memory.network.max", "64m");
        flink.put("taskmanager.memory.managed.size", "128m");
        // A process that was killed is missed after seconds, not after most of a minute.
        flink.put("heartbeat.interval", "1 s");
        flink.put("heartbeat.timeout", "10 s");
        flink.put("heartbeat.rpc-failure-threshold", "1");
        new YAMLMapper().writeValue(folder.resolve("config.yaml").toFile(), flink);
    }

    private static void awaitSlots(
            JobSubmission submission,
            StackConfig config,
            FlinkChild jobManager,
            TaskManagers taskManagers)
            throws InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (submission.slots() < config.parallelism()) {
            if (!jobManager.isAlive()) {
                throw new OmenException(
                        ErrorCode.EXTERNAL, "the JobManager ended: " + jobManager.lastWords());
            }
            if (taskManagers.endings() > ENDINGS_MAX) {
                throw new OmenException(
                        ErrorCode.EXTERNAL,
                        "Flink's TaskManagers end as soon as they start: "
                                + taskManagers.lastWords());
            }
            if (System.nanoTime() > deadline) {
                throw new OmenException(
                        ErrorCode.TIMEOUT,
                        "Flink's TaskManagers did not register in "
                                + START_TIMEOUT.toSeconds()
                                + " s: "
                                + taskManagers.lastWords());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    @Override
    public URI restAddress() {
        return rest;
    }

    @Override
    public ShardDirectory shards() {
        return remote.shards(IngestionJob.VECTORS_UID);
    }

    @Override
    public Optional<String> failure() throws InterruptedException {
        if (!jobManager.isAlive()) {
            return Optional.of("the JobManager ended: " + jobManager.lastWords());
        }
        try {
            JobStatus status = remote.status(job);
            return status.isGloballyTerminalState()
                    ? Optional.of(remote.failure(job).orElse("the job is " + status))
                    : Optional.empty();
        } catch (ExecutionException e) {
            // It may be busy; while its process lives there is hope.
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        closeAll(List.of(jobManager, taskManagers, remote));
    }

    /** The newest first. */
    private static void closeAll(List<AutoCloseable> parts) {
        for (int i = parts.size() - 1; i >= 0; i--) {
            try {
                parts.get(i).close();
            } catch (Exception e) {
                throw new OmenException(ErrorCode.EXTERNAL, "Flink did not stop: " + e, e);
            }
        }
    }
}
