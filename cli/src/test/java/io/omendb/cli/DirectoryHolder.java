package io.omendb.cli;

import io.omendb.cli.stack.StackDirectory;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that takes a directory and gets no further. */
final class DirectoryHolder {
    private DirectoryHolder() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (StackDirectory held = StackDirectory.lock(Path.of(arguments[0]))) {
            System.out.println(held == null ? "" : "held");
            new CountDownLatch(1).await();
        }
    }
}
