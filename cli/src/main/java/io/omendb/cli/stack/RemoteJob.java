package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.flink.discovery.JobShardDirectory;
import io.omendb.protocol.ShardDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/** The ingestion job on a Flink cluster somewhere else, reached over REST. */
public final class RemoteJob implements AutoCloseable {
    private final RestClusterClient<String> client;

    private RemoteJob(RestClusterClient<String> client) {
        this.client = client;
    }

    /**
     * A client of a cluster; connects when it is first asked.
     *
     * @param rest such as {@code http://jobmanager:8081}
     * @param security how it is spoken to
     * @throws OmenException MALFORMED if that is no address, or not one for this security; EXTERNAL
     *     if a store of certificates cannot be read
     */
    public static RemoteJob open(URI rest, FlinkSecurity security) {
        if (rest.getHost() == null || rest.getPort() < 0) {
            throw OmenException.malformed(
                    "--flink: found \""
                            + rest
                            + "\", expected an address such as http://jobmanager:8081");
        }
        Configuration config = security.client(rest);
        config.set(RestOptions.ADDRESS, rest.getHost());
        config.set(RestOptions.PORT, rest.getPort());
        // The name that Flink's client looks for in a certificate, where it looks for one.
        config.set(JobManagerOptions.ADDRESS, rest.getHost());
        config.set(JobManagerOptions.PORT, rest.getPort());
        // The directory asks again by itself; a client that retries for minutes would hold it up.
        config.set(RestOptions.RETRY_MAX_ATTEMPTS, 1);
        try {
            return new RemoteJob(new RestClusterClient<>(config, "omendb"));
        } catch (Exception e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "cannot make a Flink client for " + rest + ": " + FailureMessage.of(e),
                    e);
        }
    }

    /**
     * Finds the shards of the operator with a uid. The job is looked up each time: a restart may
     * have given it a new id.
     */
    public ShardDirectory shards(String operatorUid) {
        // The client puts the uid into the path as it is.
        String encoded = URLEncoder.encode(operatorUid, StandardCharsets.UTF_8).replace("+", "%20");
        return JobShardDirectory.open(
                request ->
                        client.listJobs()
                                .handle(RemoteJob::understood)
                                .thenCompose(
                                        jobs -> {
                                            JobID job = running(jobs);
                                            return job == null
                                                    ? CompletableFuture.failedFuture(
                                                            new IllegalStateException(
                                                                    "no job runs"))
                                                    : client.sendCoordinationRequest(
                                                            job, encoded, request);
                                        }));
    }

    /** A redirection, for one, is no list of jobs, and Flink's client stumbles over it. */
    private static Collection<JobStatusMessage> understood(
            @Nullable Collection<JobStatusMessage> jobs, @Nullable Throwable failure) {
        if (jobs != null) {
            return jobs;
        }
        throw new CompletionException(
                ExceptionUtils.stripCompletionException(failure) instanceof NullPointerException
                        ? new IOException("what answers does not speak as Flink does; is it https?")
                        : failure);
    }

    private static @Nullable JobID running(Collection<JobStatusMessage> jobs) {
        for (JobStatusMessage job : jobs) {
            if (!job.getJobState().isGloballyTerminalState()
                    && job.getJobName().equals(IngestionJob.NAME)) {
                return job.getJobId();
            }
        }
        return null;
    }

    JobStatus status(JobID job) throws InterruptedException, ExecutionException {
        return client.getJobStatus(job).get();
    }

    /** Why a job that has ended failed, in one line. */
    Optional<String> failure(JobID job) throws InterruptedException, ExecutionException {
        return client.requestJobResult(job)
                .get()
                .getSerializedThrowable()
                .map(failure -> FailureMessage.innermost(failure.getFullStringifiedStackTrace()));
    }

    @Override
    public void close() {
        client.close();
    }
}
