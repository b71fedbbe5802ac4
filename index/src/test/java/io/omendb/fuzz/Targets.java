package io.omendb.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Several targets as one, whose inputs begin with the letter of the target that the rest is for.
 * Jazzer needs seconds to get ready and fuzzes one target a JVM, so a build has one JVM a module.
 */
public final class Targets {
    private record Target(Class<?> type, String method, Consumer<byte[]> reader) {
        List<Path> inputs() {
            URL folder = type.getResource(type.getSimpleName() + "Inputs/" + method);
            if (folder == null) {
                return List.of();
            }
            try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
                return files.sorted().toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final List<Target> targets = new ArrayList<>();

    /** Adds a target: its class, the method that is fuzzed, and what that does with an input. */
    public Targets with(Class<?> type, String method, Consumer<byte[]> reader) {
        targets.add(new Target(type, method, reader));
        return this;
    }

    /** The inputs of all targets. */
    public Stream<Arguments> inputs() {
        List<Arguments> inputs = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            for (Path file : targets.get(i).inputs()) {
                inputs.add(Arguments.of((Object) lettered((byte) ('a' + i), file)));
            }
        }
        return inputs.stream();
    }

    private static byte[] lettered(byte letter, Path file) {
        try {
            byte[] input = Files.readAllBytes(file);
            byte[] lettered = new byte[1 + input.length];
            lettered[0] = letter;
            System.arraycopy(input, 0, lettered, 1, input.length);
            return lettered;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads an input. */
    public void read(byte[] input) {
        byte[] rest = input.length == 0 ? input : Choice.of(input, 1).body();
        int target = input.length == 0 ? 0 : Math.floorMod(input[0] - 'a', targets.size());
        targets.get(target).reader.accept(rest);
    }
}
