package io.omendb.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files into a running stack: every kind of Arrow, and what is said of a bad point. */
@ExtendWith(SharedOmen.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngestIT {
    private static final int BATCHES = 2;
    private static final int ROWS = 1_300;
    private static final ObjectMapper JSON = new ObjectMapper();

    private GatewayClient client;
    private String url;
    private String kafka;

    @TempDir Path dir;

    @BeforeAll
    void find(SharedOmen.Running shared) {
        url = shared.omen().url;
        client = shared.omen().client;
        kafka = StackDirectory.running(shared.omen().directory()).orElseThrow().bootstrapServers();
    }

    @ParameterizedTest
    @CsvSource({
        "stream.arrows, NO_COMPRESSION, false",
        "file.arrow, NO_COMPRESSION, true",
        "zstd.feather, ZSTD, false",
        "lz4.arrow, LZ4_FRAME, true",
    })
    void arrow_isReadBatchByBatch(String name, CodecType codec, boolean throughKafka)
            throws Exception {
        String collection = "ingest-" + name.substring(0, name.indexOf('.'));
        client.send(
                "PUT",
                "/collections/" + collection,
                JSON.readTree("{\"dimension\":2,\"metric\":\"l2\",\"fields\":{\"n\":\"long\"}}"));
        Path file = write(dir.resolve(name), codec, -1);
        Outcome outcome =
                throughKafka
                        ? ingest(collection, file, "--kafka", kafka)
                        : ingest(collection, file);
        assertThat(outcome.code).as(outcome.error).isZero();
        assertThat(outcome.output).contains("2,600 points in");

        JsonNode count =
                client.send(
                        "POST",
                        "/collections/" + collection + "/count",
                        JSON.readTree(
                                "{\"consistency\":\"strong\",\"filters\":{\"n\":{\"$gte\":7}}}"));
        assertThat(count.path("count").asInt()).isEqualTo(BATCHES * ROWS - 7);
        JsonNode last =
                client.send(
                        "GET",
                        "/collections/" + collection + "/points/p2599?include=vector,metadata",
                        null);
        assertThat(last.path("vector").toString()).isEqualTo("[2599.0,0.5]");
        assertThat(last.at("/metadata/n").asInt()).isEqualTo(2_599);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void badPoint_isNamedByItsPlaceInTheFile_andWhatWasWrittenIsSaid(boolean throughKafka)
            throws Exception {
        String collection = "ingest-bad-" + throughKafka;
        client.send(
                "PUT",
                "/collections/" + collection,
                JSON.readTree("{\"dimension\":2,\"metric\":\"l2\"}"));
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= 1_200; i++) {
            lines.append("{\"id\":\"p").append(i).append("\",\"vector\":[1");
            lines.append(i == 1_004 ? "]}\n" : ",2]}\n");
        }
        Path file = Files.writeString(dir.resolve("bad.ndjson"), lines);
        Outcome outcome =
                throughKafka
                        ? ingest(collection, file, "--kafka", kafka)
                        : ingest(collection, file);
        assertThat(outcome.code).isNotZero();
        assertThat(outcome.error)
                .contains(throughKafka ? "after up to 1,003 points" : "after 1,000 points")
                .contains("bad.ndjson, line 1004: vector: found 1 components")
                .doesNotContain("Nothing was written")
                .doesNotContain("\tat ");
    }

    @Test
    void arrowRowThatIsBad_isNamed() throws Exception {
        client.send(
                "PUT",
                "/collections/ingest-row",
                JSON.readTree("{\"dimension\":2,\"metric\":\"l2\"}"));
        Outcome outcome =
                ingest(
                        "ingest-row",
                        write(dir.resolve("row.arrow"), CodecType.NO_COMPRESSION, 2_100));
        assertThat(outcome.code).isNotZero();
        assertThat(outcome.error).contains("row.arrow, row 2100: vector[1]: found NaN");
        Path text = Files.writeString(dir.resolve("text.arrow"), "no Arrow at all");
        assertThat(ingest("ingest-row", text).error)
                .contains("text.arrow: found bytes that cannot");
        assertThat(ingest("ingest-row", text, "--url", "bogus").error)
                .contains("--url: found bogus, expected a URL such as");
    }

    private record Outcome(int code, String output, String error) {}

    private Outcome ingest(String collection, Path file, String... more) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(output, true, UTF_8));
            System.setErr(new PrintStream(error, true, UTF_8));
            List<String> arguments =
                    new ArrayList<>(List.of("ingest", "--collection", collection, file.toString()));
            arguments.addAll(List.of(more));
            if (!arguments.contains("--url")) {
                arguments.addAll(List.of("--url", url));
            }
            int code = Omen.run(arguments.toArray(String[]::new));
            return new Outcome(code, output.toString(UTF_8), error.toString(UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Rows of an id, a vector and a number; {@code .arrow} is a file, everything else a stream. */
    private static Path write(Path file, CodecType codec, int bad) throws IOException {
        Field vector =
                new Field(
                        "vector",
                        FieldType.notNullable(new ArrowType.FixedSizeList(2)),
                        List.of(
                                new Field(
                                        "item",
                                        FieldType.notNullable(
                                                new ArrowType.FloatingPoint(
                                                        FloatingPointPrecision.SINGLE)),
                                        null)));
        Schema schema =
                new Schema(
                        List.of(
                                Field.notNullable("id", new ArrowType.Utf8()),
                                vector,
                                Field.nullable("n", new ArrowType.Int(64, true))));
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
                FileChannel out =
                        FileChannel.open(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                ArrowWriter writer = writer(root, out, file.toString(), codec)) {
            writer.start();
            for (int batch = 0; batch < BATCHES; batch++) {
                root.allocateNew();
                for (int row = 0; row < ROWS; row++) {
                    int i = batch * ROWS + row;
                    ((VarCharVector) root.getVector("id")).setSafe(row, ("p" + i).getBytes(UTF_8));
                    FixedSizeListVector vectors = (FixedSizeListVector) root.getVector("vector");
                    vectors.setNotNull(row);
                    Float4Vector floats = (Float4Vector) vectors.getDataVector();
                    floats.setSafe(2 * row, i);
                    floats.setSafe(2 * row + 1, i == bad ? Float.NaN : 0.5f);
                    ((BigIntVector) root.getVector("n")).setSafe(row, i);
                }
                root.setRowCount(ROWS);
                writer.writeBatch();
            }
            writer.end();
        }
        return file;
    }

    private static ArrowWriter writer(
            VectorSchemaRoot root, FileChannel out, String name, CodecType codec) {
        var codecs =
                codec == CodecType.NO_COMPRESSION
                        ? NoCompressionCodec.Factory.INSTANCE
                        : CommonsCompressionFactory.INSTANCE;
        return name.endsWith(".arrow")
                ? new ArrowFileWriter(
                        root,
                        new MapDictionaryProvider(),
                        out,
                        null,
                        IpcOption.DEFAULT,
                        codecs,
                        codec)
                : new ArrowStreamWriter(
                        root, new MapDictionaryProvider(), out, IpcOption.DEFAULT, codecs, codec);
    }
}
