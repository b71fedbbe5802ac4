package io.omendb.index.file;

import io.omendb.index.ivf.Codebook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The codebooks of a folder, each read once: a merged segment has hundreds of lists' files that
 * belong to one codebook of many megabytes. Used by one thread.
 */
final class FolderCodebooks {
    private final Path folder;
    private final Map<Long, Codebook> read = new HashMap<>();

    FolderCodebooks(Path folder) {
        this.folder = folder;
    }

    Codebook get(long id) throws IOException {
        Codebook known = read.get(id);
        if (known == null) {
            known = CodebookFile.read(folder.resolve(CodebookFile.name(id)));
            read.put(id, known);
        }
        return known;
    }
}
