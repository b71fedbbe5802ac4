package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that say what is indexed and searched for, and where the result goes: the same in
 * every benchmark of an index.
 */
@SuppressWarnings("NullAway.Init") // picocli sets required options
final class Workload {
    private static final int K = 10;

    @Option(
            names = "--base",
            required = true,
            paramLabel = "F",
            description = "Vectors to index: fvecs, bvecs or ivecs, also .gz.")
    private Path base;

    @Option(
            names = "--query",
            required = true,
            paramLabel = "F",
            description = "Vectors to search for.")
    private Path query;

    @Option(
            names = "--truth",
            paramLabel = "F",
            description = "ivecs of the true nearest rows of each query; computed where left out.")
    private @Nullable Path truth;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Index only the first N vectors.")
    private int rows;

    @Option(
            names = "--queries",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Use only the first N queries.")
    private int queryRows;

    @Option(
            names = "--metric",
            defaultValue = "l2",
            paramLabel = "M",
            description = "l2, cosine or dot; default ${DEFAULT-VALUE}.")
    private String metric;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            paramLabel = "S",
            description = "Seconds to measure each operating point; default ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    private @Nullable Path json;

    /** Refuses numbers that make no sense. */
    void check() {
        requireAtLeastOne("--rows", rows);
        requireAtLeastOne("--queries", queryRows);
        metric();
    }

    VectorSet vectors() {
        return new VectorSet(base, rows);
    }

    /** The queries, checked against the vectors. */
    float[][] queries() {
        float[][] queries = VectorFiles.readAll(query, queryRows);
        vectors().checkDimension(query, queries);
        return queries;
    }

    Metric metric() {
        return Metric.ofApiName(metric);
    }

    double seconds() {
        return seconds;
    }

    /** Reads the truth, or computes it with all processors where no file was named. */
    Recall recall(float[][] queries, int rowsBuilt) {
        if (truth != null) {
            return new Recall(Recall.readTruth(truth, queries.length, rowsBuilt, K), K);
        }
        try (Workers all = new Workers(Runtime.getRuntime().availableProcessors())) {
            return new Recall(ExactTruth.compute(vectors(), queries, K, metric(), all), K);
        }
    }

    /** Writes the result where the user asked for it, if at all. */
    void writeJson(JsonNode report) {
        if (json != null) {
            writeJson(json, report);
        }
    }

    static void writeJson(Path file, JsonNode report) {
        try {
            Files.writeString(file, report.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    static void requireAtLeastOne(String option, int value) {
        if (value < 1) {
            throw OmenException.invalid(option + ": found " + value + ", expected at least 1");
        }
    }
}
