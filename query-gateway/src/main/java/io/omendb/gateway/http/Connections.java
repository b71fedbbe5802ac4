package io.omendb.gateway.http;

import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.encoding.StreamEncoderFactory;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.encoding.EncodingService;
import java.util.List;

/** What holds for every request, whatever its route: its name, its log line, how it travels. */
public final class Connections {
    /** Less is not worth the time: it fits into a few packets as it is. */
    private static final int COMPRESSED_BYTES_MIN = 8 << 10;

    private Connections() {}

    /**
     * Sets a server up.
     *
     * @param encrypted whether its connections begin with TLS
     */
    public static void configure(ServerBuilder server, Limits limits, boolean encrypted) {
        server.childChannelPipelineCustomizer(
                        pipeline -> HeaderTimeout.watch(pipeline, limits.headerMs(), encrypted))
                .accessLogWriter(new AccessLog(), true)
                .decorator(
                        EncodingService.builder()
                                .encoderFactories(gzip())
                                .encodableContentTypes(
                                        MediaType.JSON, MediaType.ANY_TEXT_TYPE, Problems.TYPE)
                                .minBytesToForceChunkedEncoding(COMPRESSED_BYTES_MIN)
                                .newDecorator())
                .decorator(named());
    }

    /** Brotli would cost the event loop more than it saves. */
    private static List<StreamEncoderFactory> gzip() {
        return StreamEncoderFactory.all().stream()
                .filter(factory -> factory.encodingHeaderValue().equals("gzip"))
                .toList();
    }

    private static DecoratingHttpServiceFunction named() {
        return (service, context, request) -> {
            HeaderTimeout.arrived(context);
            String id = RequestId.of(context, request.headers());
            context.mutateAdditionalResponseHeaders(headers -> headers.set(RequestId.HEADER, id));
            return service.serve(context, request);
        };
    }
}
