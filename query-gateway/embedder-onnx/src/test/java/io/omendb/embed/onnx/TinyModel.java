package io.omendb.embed.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model in ONNX's format (onnx.proto) that looks tokens up in a table, and one that also takes
 * their mean, padding and all.
 */
final class TinyModel {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int ATTRIBUTE_INTS = 7;
    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;

    private final float[][] table;
    private final ProtoBytes graph = new ProtoBytes();

    private TinyModel(float[][] table) {
        this.table = table;
    }

    /** {@code last_hidden_state[texts, tokens, dimension]} of ids and an unused mask. */
    static void writeLookup(Path file, float[][] table) throws IOException {
        TinyModel model = new TinyModel(table);
        model.gather("last_hidden_state");
        model.head("input_ids", "attention_mask");
        model.output("last_hidden_state", "texts", "tokens");
        model.write(file);
    }

    /** The same, and {@code sentence_embedding[texts, dimension]}, of ids alone. */
    static void writePooled(Path file, float[][] table) throws IOException {
        TinyModel model = new TinyModel(table);
        model.gather("token_embeddings");
        model.graph.message(
                1,
                new ProtoBytes()
                        .text(1, "token_embeddings")
                        .text(2, "sentence_embedding")
                        .text(4, "ReduceMean")
                        .message(
                                5,
                                new ProtoBytes()
                                        .text(1, "axes")
                                        .number(8, 1)
                                        .number(20, ATTRIBUTE_INTS))
                        .message(
                                5,
                                new ProtoBytes().text(1, "keepdims").number(3, 0).number(20, 2)));
        model.head("input_ids");
        model.output("token_embeddings", "texts", "tokens");
        model.output("sentence_embedding", "texts");
        model.write(file);
    }

    /** A model whose input no tokenizer makes. */
    static void writeImages(Path file) throws IOException {
        TinyModel model = new TinyModel(new float[][] {{1}});
        model.graph.message(
                1, new ProtoBytes().text(1, "pixels").text(2, "out").text(4, "Identity"));
        model.graph.text(2, "g");
        model.graph.message(11, value("pixels", INT64, "texts", "tokens"));
        model.graph.message(12, value("out", INT64, "texts", "tokens"));
        model.write(file);
    }

    private void gather(String to) {
        graph.message(
                1,
                new ProtoBytes()
                        .text(1, "table")
                        .text(1, "input_ids")
                        .text(2, to)
                        .text(4, "Gather"));
    }

    private void head(String... inputs) {
        graph.text(2, "g");
        ByteBuffer raw =
                ByteBuffer.allocate(table.length * table[0].length * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : table) {
            for (float x : row) {
                raw.putFloat(x);
            }
        }
        graph.message(
                5,
                new ProtoBytes()
                        .number(1, table.length)
                        .number(1, table[0].length)
                        .number(2, FLOAT)
                        .text(8, "table")
                        .bytes(9, raw.array()));
        for (String input : inputs) {
            graph.message(11, value(input, INT64, "texts", "tokens"));
        }
    }

    private void output(String name, String... dimensions) {
        String[] all = java.util.Arrays.copyOf(dimensions, dimensions.length + 1);
        all[dimensions.length] = "dimension";
        graph.message(12, value(name, FLOAT, all));
    }

    private static ProtoBytes value(String name, int type, String... dimensions) {
        ProtoBytes shape = new ProtoBytes();
        for (String dimension : dimensions) {
            shape.message(1, new ProtoBytes().text(2, dimension));
        }
        ProtoBytes tensor = new ProtoBytes().number(1, type).message(2, shape);
        return new ProtoBytes().text(1, name).message(2, new ProtoBytes().message(1, tensor));
    }

    private void write(Path file) throws IOException {
        Files.write(
                file,
                new ProtoBytes()
                        .number(1, IR_VERSION)
                        .text(2, "test")
                        .message(7, graph)
                        .message(8, new ProtoBytes().text(1, "").number(2, OPSET))
                        .toByteArray());
    }
}
