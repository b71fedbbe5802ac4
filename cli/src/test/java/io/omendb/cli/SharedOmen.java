package io.omendb.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One {@code ./omen up}, with a mapped topic, for all tests of a run that only use it; a parameter
 * of type {@link Running} gets it. Starting the stack takes longer than most of them. Tests keep to
 * collections of their own.
 */
final class SharedOmen implements ParameterResolver {

    /** The stack that runs. */
    static final class Running implements AutoCloseable {
        private RunningOmen omen;

        private Running(RunningOmen omen) {
            this.omen = omen;
        }

        /** As it is now: another one after a {@link #restart}. */
        RunningOmen omen() {
            return omen;
        }

        /** Stops it as Ctrl-C does and starts it again on what it left. Another port is likely. */
        void restart() throws Exception {
            omen.close();
            omen = up(omen.directory());
        }

        @Override
        public void close() throws Exception {
            omen.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
        return parameter.getParameter().getType() == Running.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext extension) {
        return extension
                .getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedOmen.class))
                .getOrComputeIfAbsent("omen", key -> start(), Running.class);
    }

    private static RunningOmen up(Path directory) throws Exception {
        Path config = directory.resolveSibling(directory.getFileName() + ".yaml");
        Files.writeString(config, "topics: [{topic: shop.items, collection: mapped}]\n");
        return RunningOmen.up(directory, "--config", config.toString());
    }

    private static Running start() {
        try {
            Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
            return new Running(up(target.resolve("omen-" + System.nanoTime())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
