package io.omendb.index.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class NicenessTest {
    private static final int NICE_FIELD = 16;

    @Test
    void apply_changesThisThreadAndThoseItStarts_andNoOther() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/proc/thread-self"))
                        && Files.exists(Path.of("/usr/bin/renice")),
                "needs Linux and renice");
        int before = nice();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            int after =
                    thread.submit(
                                    () -> {
                                        Niceness.apply(0);
                                        assertThat(nice()).isEqualTo(before);
                                        Niceness.apply(Niceness.MAX);
                                        return nice();
                                    })
                            .get();
            assertThat(after).isEqualTo(Niceness.MAX);
            ExecutorService child = thread.submit(NicenessTest::started).get();
            assertThat(child.submit(NicenessTest::nice).get()).isEqualTo(Niceness.MAX);
            child.shutdownNow();
        } finally {
            thread.shutdownNow();
        }
        assertThat(nice()).isEqualTo(before);
    }

    @Test
    void command_putsTheProgramInFront() {
        assertThat(Niceness.command(0, List.of("java"))).containsExactly("java");
        assertThat(Niceness.command(5, List.of("java"))).endsWith("java");
    }

    private static ExecutorService started() throws Exception {
        ExecutorService child = Executors.newSingleThreadExecutor();
        child.submit(() -> {}).get();
        return child;
    }

    private static int nice() throws Exception {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE_FIELD]);
    }
}
