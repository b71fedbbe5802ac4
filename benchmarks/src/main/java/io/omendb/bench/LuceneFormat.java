package io.omendb.bench;

import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's own HNSW format with other settings and without its limit of 1,024 dimensions, which is
 * a convention and nothing the format needs. It keeps the name of the original, which reads it.
 */
final class LuceneFormat extends KnnVectorsFormat {
    private static final int DIMENSION_MAX = 1 << 14;

    private final KnnVectorsFormat hnsw;

    private LuceneFormat(KnnVectorsFormat hnsw) {
        super(hnsw.getName());
        this.hnsw = hnsw;
    }

    /** The default codec of this version of Lucene, with the settings. */
    static Codec codec(GraphSettings settings) {
        KnnVectorsFormat format =
                new LuceneFormat(
                        new Lucene99HnswVectorsFormat(settings.m(), settings.efConstruction()));
        Codec codec = Codec.getDefault();
        return new FilterCodec(codec.getName(), codec) {
            @Override
            public KnnVectorsFormat knnVectorsFormat() {
                return new PerFieldKnnVectorsFormat() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return format;
                    }
                };
            }
        };
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return hnsw.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return hnsw.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
        return DIMENSION_MAX;
    }
}
