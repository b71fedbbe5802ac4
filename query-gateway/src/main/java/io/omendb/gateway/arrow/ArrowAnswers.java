package io.omendb.gateway.arrow;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import java.util.List;
import java.util.Map;

/** When an answer is an Arrow stream, and how it is sent. */
public final class ArrowAnswers {
    private static final MediaType TYPE = MediaType.parse("application/vnd.apache.arrow.stream");

    private ArrowAnswers() {}

    /**
     * Whether a client would rather have Arrow than JSON. It has to name the type: one that takes
     * anything gets JSON.
     */
    public static boolean wanted(RequestHeaders headers) {
        List<MediaType> accepted;
        try {
            accepted = headers.accept();
        } catch (IllegalArgumentException e) {
            return false; // an accept header that cannot be read was never a reason to refuse
        }
        float arrow = quality(accepted, TYPE);
        return arrow > 0 && arrow >= quality(accepted, MediaType.JSON);
    }

    private static float quality(List<MediaType> accepted, MediaType type) {
        String name = type.nameWithoutParameters();
        float quality = 0;
        for (MediaType each : accepted) {
            if (each.nameWithoutParameters().equals(name)) {
                quality = Math.max(quality, each.qualityFactor());
            }
        }
        return quality;
    }

    /**
     * The answer.
     *
     * @param headers more of them, by name
     */
    public static HttpResponse of(byte[] stream, Map<String, String> headers) {
        ResponseHeadersBuilder builder =
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(TYPE)
                        .set(HttpHeaderNames.VARY, "accept");
        headers.forEach(builder::set);
        return HttpResponse.of(builder.build(), HttpData.wrap(stream));
    }
}
