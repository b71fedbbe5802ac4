package io.omendb.index.file;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Zstandard for Parquet pages. Parquet's own factory looks codecs up through Hadoop's configuration
 * system, which would bring a large part of Hadoop to life. Stateless.
 */
final class ZstdCodecs implements CompressionCodecFactory {
    private static final int LEVEL = 3;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        requireZstd(codec);
        return new Compressor();
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        requireZstd(codec);
        return new Decompressor();
    }

    @Override
    public void release() {}

    private static void requireZstd(CompressionCodecName codec) {
        if (codec != CompressionCodecName.ZSTD) {
            throw new IllegalArgumentException("compressed with " + codec + ", expected ZSTD");
        }
    }

    private static final class Compressor implements BytesInputCompressor {

        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            return BytesInput.from(Zstd.compress(bytes.toByteArray(), LEVEL));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.ZSTD;
        }

        @Override
        public void release() {}
    }

    private static final class Decompressor implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            return BytesInput.from(decompress(bytes.toByteArray(), size));
        }

        @Override
        public void decompress(ByteBuffer in, int inSize, ByteBuffer out, int outSize)
                throws IOException {
            byte[] compressed = new byte[inSize];
            in.get(compressed);
            out.put(decompress(compressed, outSize));
        }

        @Override
        public void release() {}

        private static byte[] decompress(byte[] compressed, int size) throws IOException {
            byte[] bytes = new byte[size];
            long got = Zstd.decompress(bytes, compressed);
            if (Zstd.isError(got) || got != size) {
                throw new IOException("a page does not decompress to " + size + " bytes");
            }
            return bytes;
        }
    }
}
