package io.omendb.state;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What reading every byte of a checkpoint showed.
 *
 * @param problems what is wrong, one line each; none for a sound checkpoint
 * @param files files read
 * @param bytes bytes read
 * @param collections what is alive in each collection, as far as it could be read
 */
public record CheckpointVerification(
        @JsonProperty("problems") List<String> problems,
        @JsonProperty("files") long files,
        @JsonProperty("bytes") long bytes,
        @JsonProperty("collections") List<Content> collections) {

    /**
     * What is alive in a collection. Digests depend on ids, vectors, metadata and texts, not on how
     * rows are spread over segments: the same content has the same digest whatever happened to it.
     *
     * @param rows rows alive
     * @param digest of all rows, 16 hexadecimal digits
     * @param keyGroups digest of each key group that has rows
     */
    public record Content(
            @JsonProperty("name") String name,
            @JsonProperty("generation") long generation,
            @JsonProperty("rows") long rows,
            @JsonProperty("digest") String digest,
            @JsonProperty("key_groups") Map<Integer, String> keyGroups) {}
}
