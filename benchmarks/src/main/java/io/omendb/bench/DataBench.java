package io.omendb.bench;

import io.omendb.OmenException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench data}: makes vectors to measure with, where none of a size are to be had. */
@Command(
        name = "data",
        description = {
            "Write OUT_PREFIX.base.fvecs and OUT_PREFIX.query.fvecs: synthetic vectors distributed like"
                    + " embeddings.",
            "",
            "The recipe: clusters of weight 1/sqrt(rank). Centres lie in a common subspace, rows around a"
                    + " centre in directions of the cluster's own; both of the intrinsic dimension,"
                    + " with normal coefficients whose variance decays as j^-0.8. A cluster is"
                    + " --width times as wide as the centres are spread, log-normal with deviation"
                    + " 0.25. Uniform noise of length 0.1 over all components. Queries come from the"
                    + " same mixture and are no rows of the base. The same options and seed give"
                    + " the same bytes everywhere.",
            ""
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class DataBench implements Callable<Integer> {
    /** Sets the draws of queries apart from those of the base. */
    private static final long QUERY_STREAM = 0x5eed_0f_9e51e5L;

    @Spec CommandSpec spec;

    @Option(
            names = "--rows",
            required = true,
            paramLabel = "N",
            description = "Vectors in the base file.")
    int rows;

    @Option(
            names = "--dimension",
            required = true,
            paramLabel = "D",
            description = "Components per vector.")
    int dimension;

    @Option(
            names = "--clusters",
            defaultValue = "1000",
            paramLabel = "C",
            description = "Clusters; default ${DEFAULT-VALUE}.")
    int clusters;

    @Option(
            names = "--intrinsic",
            defaultValue = "48",
            paramLabel = "I",
            description =
                    "Directions in which a cluster extends, at most the dimension; default"
                            + " ${DEFAULT-VALUE}.")
    int intrinsic;

    @Option(
            names = "--width",
            defaultValue = "2",
            paramLabel = "W",
            description =
                    "How far rows lie from their centre, where centres lie 1 from their middle; the"
                            + " smaller, the easier to search; default ${DEFAULT-VALUE}.")
    double width;

    @Option(
            names = "--queries",
            defaultValue = "1000",
            paramLabel = "Q",
            description = "Vectors in the query file; default ${DEFAULT-VALUE}.")
    int queries;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "S",
            description = "Another seed, other vectors; default ${DEFAULT-VALUE}.")
    long seed;

    @Option(names = "--unit", description = "Scale every vector to length 1.")
    boolean unit;

    @Parameters(paramLabel = "OUT_PREFIX", description = "Path and beginning of the file names.")
    Path prefix;

    @Override
    public Integer call() {
        Workload.requireAtLeastOne("--rows", rows);
        Workload.requireAtLeastOne("--dimension", dimension);
        Workload.requireAtLeastOne("--clusters", clusters);
        Workload.requireAtLeastOne("--queries", queries);
        if (intrinsic < 1 || intrinsic > dimension) {
            throw OmenException.invalid(
                    "--intrinsic: found "
                            + intrinsic
                            + ", expected 1 to the dimension, "
                            + dimension);
        }
        EmbeddingMixture mixture =
                new EmbeddingMixture(
                        new EmbeddingMixture.Shape(dimension, clusters, intrinsic, width, unit),
                        seed);
        write(mixture, rows, new Random(seed + 1), file("base"));
        write(mixture, queries, new Random((seed + 1) ^ QUERY_STREAM), file("query"));
        return 0;
    }

    private Path file(String part) {
        return prefix.resolveSibling(prefix.getFileName() + "." + part + ".fvecs");
    }

    private void write(EmbeddingMixture mixture, int count, Random random, Path file) {
        float[] vector = new float[dimension];
        try (VectorWriter writer = VectorWriter.create(file, dimension);
                ProgressBar bar = Progress.start(file.getFileName().toString(), count)) {
            for (int row = 0; row < count; row++) {
                mixture.draw(random, vector);
                writer.write(vector);
                bar.step();
            }
        }
        spec.commandLine().getOut().printf("%s: %,d x %d%n", file, count, dimension);
        spec.commandLine().getOut().flush();
    }
}
