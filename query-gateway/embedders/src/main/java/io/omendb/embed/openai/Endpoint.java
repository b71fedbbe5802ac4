package io.omendb.embed.openai;

import io.omendb.embed.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is asked, and how.
 *
 * @param name of the embedder
 * @param uri where embeddings are posted to
 * @param dimension of the answers
 * @param askDimension whether the endpoint is asked for that dimension, which not all know
 * @param apiKey null where none is wanted; in no message
 * @param batchSize texts of a request
 * @param requests under way at a time
 * @param textsMax texts that wait or are under way
 * @param timeoutMs of each try
 * @param attempts 1 for no second try
 * @param backoffMs bound of the random pause after the first try; it doubles with each
 */
record Endpoint(
        String name,
        URI uri,
        String model,
        int dimension,
        boolean askDimension,
        @Nullable String apiKey,
        int batchSize,
        int requests,
        int textsMax,
        int timeoutMs,
        int attempts,
        int backoffMs) {

    private static final int DIMENSION_MAX = 4096;

    static Endpoint of(Settings settings) {
        return new Endpoint(
                settings.name(),
                uri(settings),
                settings.text("model"),
                settings.integer("dimension", 1, DIMENSION_MAX),
                settings.flag("ask_dimension", false),
                apiKey(settings),
                settings.integer("batch_size", 128, 1, 2048),
                settings.integer("requests", 4, 1, 64),
                settings.integer("texts_max", 20_000, 1, 1_000_000),
                settings.integer("timeout_ms", 10_000, 1, 600_000),
                settings.integer("attempts", 4, 1, 20),
                settings.integer("backoff_ms", 200, 1, 60_000));
    }

    private static URI uri(Settings settings) {
        String expected = "an address such as https://api.openai.com/v1";
        String text = settings.text("url");
        try {
            URI uri = new URI(text.replaceAll("/+$", "") + "/embeddings");
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean isHttp = scheme.equals("http") || scheme.equals("https");
            if (!isHttp
                    || uri.getHost() == null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || uri.getRawUserInfo() != null) {
                throw settings.wrong("url", expected);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw settings.wrong("url", expected);
        }
    }

    /** Checked here, because an HTTP client would name it in its complaint. */
    private static @Nullable String apiKey(Settings settings) {
        String key = settings.secret("api_key_env");
        if (key != null && !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw settings.wrong(
                    "api_key_env", "a variable whose value has no spaces and is plain ASCII");
        }
        return key;
    }

    boolean isEncrypted() {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return name + " at " + uri + ", model " + model;
    }
}
