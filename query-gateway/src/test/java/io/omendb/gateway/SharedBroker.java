package io.omendb.gateway;

import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One real broker for all tests of a run; a parameter of this type gets it. */
final class SharedBroker implements ParameterResolver {

    /** The broker that runs. */
    record Running(BrokerProcess process) implements AutoCloseable {
        String bootstrapServers() {
            return process.bootstrapServers();
        }

        @Override
        public void close() {
            process.close();
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
                .getStore(ExtensionContext.Namespace.create(SharedBroker.class))
                .getOrComputeIfAbsent("broker", key -> start(), Running.class);
    }

    private static Running start() {
        try {
            return new Running(
                    BrokerProcess.start(
                            BrokerOptions.in(Path.of("target", "broker-" + System.nanoTime()))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
