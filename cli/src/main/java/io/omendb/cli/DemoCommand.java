package io.omendb.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.demo.Demo;
import io.omendb.cli.stack.LocalStack;
import io.omendb.cli.stack.StackConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows OmenDB at work. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Start Kafka, Flink and the gateway, stream the JDK's public API in and search it meanwhile.",
            "With --seconds it stops by itself; the last line is then one JSON object."
        })
final class DemoCommand implements Callable<Integer> {
    @Mixin private StackOptions options = new StackOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Stream for at most so long, then stop everything.")
    private @Nullable Integer seconds;

    @Option(names = "--rate", paramLabel = "N", description = "Points a second (default: 1000).")
    private int rate = 1_000;

    @Override
    public Integer call() throws Exception {
        if (seconds != null && seconds < 1) {
            throw OmenException.malformed("--seconds: found " + seconds + ", expected at least 1");
        }
        if (rate < 1) {
            throw OmenException.malformed("--rate: found " + rate + ", expected at least 1");
        }
        int secondsMax = seconds == null ? 0 : seconds;
        Path temporary = options.hasDirectory() ? null : Files.createTempDirectory("omen-demo-");
        StackConfig config =
                options.resolve(temporary == null ? StackConfig.DIRECTORY_DEFAULT : temporary);
        Thread main = Thread.currentThread();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = new Thread(() -> interruptAndAwait(main, stopped), "omen-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        ObjectNode summary = null;
        try (LocalStack stack = LocalStack.start(config, System.out::println)) {
            summary = new Demo(stack, System.out).run(rate, secondsMax);
            if (secondsMax == 0) {
                stayUp(stack, summary);
            }
        } catch (InterruptedException e) {
            System.out.println("stopping");
        } finally {
            if (temporary != null) {
                delete(temporary);
            }
            stopped.countDown();
        }
        if (summary == null) {
            return 1;
        }
        if (secondsMax > 0) {
            System.out.println();
            System.out.println(summary);
        }
        return 0;
    }

    private static void stayUp(LocalStack stack, ObjectNode summary) throws InterruptedException {
        System.out.println();
        System.out.println(summary);
        System.out.println();
        System.out.println(
                "Everything is in. The gateway stays up until Ctrl-C; the console is "
                        + stack.url());
        System.out.println("  curl -s " + stack.url() + "/collections/jdk-api");
        System.out.println(
                "  curl -s "
                        + stack.url()
                        + "/collections/jdk-api/points/java.base%2Fjava.lang.String?include=metadata");
        System.out.println(
                "  ./omen search --url "
                        + stack.url()
                        + " --collection jdk-api --like java.base/java.lang.String");
        while (stack.failure().isEmpty()) {
            Thread.sleep(1_000);
        }
        throw new OmenException(
                ErrorCode.EXTERNAL, "OmenDB cannot go on: " + stack.failure().orElse(""));
    }

    /** Ctrl-C: main closes the stack; the JVM may not end before that is done. */
    private static void interruptAndAwait(Thread main, CountDownLatch stopped) {
        main.interrupt();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> deepestFirst =
                    walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
    }
}
