package io.omendb.index.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorsFileTest {
    @TempDir Path dir;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 13, 100, 128, 207, 702, 1536, 4096})
    void open_whatWasWritten_readsTheSame(int dimension) {
        long seed = System.nanoTime();
        for (int rows : new int[] {0, 1, 2, 500}) {
            float[] all = random(rows * dimension, seed);
            MappedVectors vectors = VectorsFile.open(write(dimension, rows, all));
            assertThat(vectors.rows()).isEqualTo(rows);
            assertThat(vectors.dimension()).isEqualTo(dimension);
            assertThat(vectors.bytes()).isEqualTo(4L * rows * dimension);
            float[] read = new float[all.length + 2];
            vectors.read(0, rows, read, 1);
            assertThat(Arrays.copyOfRange(read, 1, all.length + 1))
                    .as("seed %d, %d x %d", seed, rows, dimension)
                    .isEqualTo(all);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 128, 702})
    void write_readByArrow_isAStandardFile(int dimension) throws IOException {
        long seed = System.nanoTime();
        for (int rows : new int[] {0, 1, 300}) {
            float[] all = random(rows * dimension, seed);
            Path file = write(dimension, rows, all);
            try (BufferAllocator allocator = new RootAllocator();
                    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                    ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
                assertThat(reader.getRecordBlocks()).hasSize(1);
                assertThat(reader.loadNextBatch()).isTrue();
                Field column = reader.getVectorSchemaRoot().getSchema().getFields().get(0);
                assertThat(column.getName()).isEqualTo("vector");
                assertThat(column.isNullable()).isFalse();
                assertThat(column.getType()).isEqualTo(new ArrowType.FixedSizeList(dimension));
                assertThat(column.getChildren().get(0).getType())
                        .isEqualTo(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE));
                FixedSizeListVector list =
                        (FixedSizeListVector) reader.getVectorSchemaRoot().getVector("vector");
                assertThat(list.getValueCount()).isEqualTo(rows);
                Float4Vector items = (Float4Vector) list.getDataVector();
                float[] read = new float[rows * dimension];
                for (int i = 0; i < read.length; i++) {
                    read[i] = items.get(i);
                }
                assertThat(read).as("seed %d", seed).isEqualTo(all);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,255,UINT8",
        "0,127,UINT8",
        "-128,127,INT8",
        "-1,1,INT8",
        "-1,128,FLOAT32",
        "0,256,FLOAT32"
    })
    void write_integersOfAByte_takeAByte(int min, int max, ComponentType type) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int dimension : new int[] {1, 3, 100, 128, 5_000}) {
            int rows = 70;
            float[] all = new float[rows * dimension];
            for (int i = 0; i < all.length; i++) {
                all[i] = min + random.nextInt(max - min + 1);
            }
            all[all.length - 1] = min;
            all[0] = max;
            Path file = write(dimension, rows, all);
            for (long windowBytes : new long[] {1, dimension, 1_000, 1 << 20}) {
                MappedVectors vectors = VectorsFile.open(file, windowBytes);
                assertThat(vectors.bytes()).isEqualTo((long) all.length * type.bytes());
                float[] read = new float[all.length];
                vectors.read(0, rows, read, 0);
                assertThat(read).as("seed %d", seed).isEqualTo(all);
                assertThatThrownBy(() -> vectors.read(0, rows, new float[all.length - 1], 0))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                ReadAhead ahead = new ReadAhead(1);
                vectors.ahead(rows - 1, ahead);
                ahead.read();
                assertThat(ahead.touched()).isEqualTo(touched(read, dimension, type));
            }
            assertThat(ofArrow(file)).as("seed %d", seed).isEqualTo(all);
        }
    }

    /** Sum of the first byte of the last row, of its last, and of every 64th between. */
    private static int touched(float[] rows, int dimension, ComponentType type) {
        ByteBuffer bytes =
                ByteBuffer.allocate(dimension * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = rows.length - dimension; i < rows.length; i++) {
            if (type == ComponentType.FLOAT32) {
                bytes.putFloat(rows[i]);
            } else {
                bytes.put((byte) rows[i]);
            }
        }
        int last = bytes.capacity() - 1;
        int sum = bytes.get(last);
        for (int i = 0; i == 0 || i < last; i += 64) {
            sum += bytes.get(i);
        }
        return sum;
    }

    private static float[] ofArrow(Path file) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            FieldVector items =
                    ((FixedSizeListVector) reader.getVectorSchemaRoot().getVector("vector"))
                            .getDataVector();
            float[] read = new float[items.getValueCount()];
            for (int i = 0; i < read.length; i++) {
                read[i] = ((Number) items.getObject(i)).floatValue();
                if (items instanceof UInt1Vector unsigned) {
                    read[i] = Byte.toUnsignedInt(unsigned.get(i));
                }
            }
            return read;
        }
    }

    @Test
    void open_dataOfAnyDimension_startsAtACacheLine() throws IOException {
        for (int dimension = 1; dimension <= 64; dimension++) {
            assertStartsAtACacheLine(write(dimension, 2, random(2 * dimension, dimension)));
            assertStartsAtACacheLine(write(dimension, 3, new float[3 * dimension]));
        }
    }

    private static void assertStartsAtACacheLine(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            assertThat(ArrowDecoder.decode(file, channel).position() % 64).isZero();
        }
    }

    @Test
    void read_acrossWindows_readsTheSame() {
        long seed = System.nanoTime();
        int dimension = 13;
        int rows = 1000;
        float[] all = random(rows * dimension, seed);
        Path file = write(dimension, rows, all);
        Random random = new Random(seed);
        // From less than a row to all rows in one window.
        for (long windowBytes : new long[] {1, 52, 53, 500, 4096, 52_000, 1 << 20}) {
            MappedVectors vectors = VectorsFile.open(file, windowBytes);
            for (int i = 0; i < 200; i++) {
                int first = random.nextInt(rows);
                int count = random.nextInt(rows - first + 1);
                float[] read = new float[count * dimension];
                vectors.read(first, count, read, 0);
                assertThat(read)
                        .as("seed %d, window %d, row %d", seed, windowBytes, first)
                        .isEqualTo(
                                Arrays.copyOfRange(
                                        all, first * dimension, (first + count) * dimension));
            }
        }
    }

    @Test
    void read_rowsThatAreNotThere_isRefused() {
        MappedVectors vectors = VectorsFile.open(write(3, 5, random(15, 1)));
        float[] into = new float[100];
        assertThatThrownBy(() -> vectors.read(5, 1, into, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vectors.read(-1, 1, into, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vectors.read(0, 5, new float[14], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void read_fileDeletedMeanwhile_stillReads() throws IOException {
        float[] all = random(300, 1);
        Path file = write(3, 100, all);
        MappedVectors vectors = VectorsFile.open(file);
        Files.delete(file);
        float[] read = new float[300];
        vectors.read(0, 100, read, 0);
        assertThat(read).isEqualTo(all);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void open_truncatedAnywhere_saysCorrupt(boolean bytes) throws IOException {
        byte[] whole = Files.readAllBytes(write(3, 20, bytes ? new float[60] : random(60, 1)));
        for (int length = 0; length < whole.length; length++) {
            Path cut = dir.resolve("cut-" + length);
            Files.write(cut, Arrays.copyOf(whole, length));
            assertCorrupt(cut);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void open_anyByteOfTheFramingFlipped_saysCorruptOrReadsTheSameShape(boolean bytes)
            throws IOException {
        byte[] whole = Files.readAllBytes(write(3, 20, bytes ? new float[60] : random(60, 1)));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path file = dir.resolve("flipped");
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            try {
                // Padding, the values, their sign and names of no account are left to the checksum.
                assertThat(VectorsFile.open(file).bytes())
                        .as("seed %d", seed)
                        .isEqualTo(bytes ? 60 : 240);
            } catch (OmenException e) {
                assertThat(e.code()).as("seed %d, byte %d", seed, i).isEqualTo(ErrorCode.CORRUPT);
                assertThat(e).hasMessageContaining(file.toString());
            }
        }
    }

    @Test
    void open_noFile_saysMissing() {
        assertThatThrownBy(() -> VectorsFile.open(dir.resolve("none")))
                .hasMessage(dir.resolve("none") + " is missing");
    }

    private void assertCorrupt(Path file) {
        assertThatThrownBy(() -> VectorsFile.open(file))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
                .hasMessageContaining(file.toString());
    }

    private Path write(int dimension, int rows, float[] all) {
        Path file = dir.resolve(dimension + "x" + rows + ".arrow");
        VectorsFile.write(
                file,
                dimension,
                rows,
                (row, into, offset) ->
                        System.arraycopy(all, row * dimension, into, offset, dimension));
        return file;
    }

    private static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] floats = new float[n];
        for (int i = 0; i < n; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }
}
