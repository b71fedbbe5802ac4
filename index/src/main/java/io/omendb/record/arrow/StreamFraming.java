package io.omendb.record.arrow;

import io.omendb.OmenException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Schema;

/**
 * Checks the lengths in an Arrow IPC stream before anything is allocated for them: each message is
 * {@code FF FF FF FF}, an int32 length, so many bytes of flatbuffer, and the body the flatbuffer
 * speaks of. A length of 0, or the end of the bytes, ends the stream.
 */
final class StreamFraming {
    private static final int CONTINUATION = -1;

    private StreamFraming() {}

    static void check(byte[] stream) {
        ByteBuffer in = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
        while (in.remaining() >= Integer.BYTES) {
            int length = in.getInt();
            if (length == CONTINUATION && in.remaining() >= Integer.BYTES) {
                length = in.getInt();
            }
            if (length == 0) {
                return;
            }
            if (length < 0 || length > in.remaining()) {
                throw cut("a message of " + length + " bytes", in);
            }
            ByteBuffer header = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            Message message = Message.getRootAsMessage(header);
            if (message.headerType() == MessageHeader.Schema) {
                FieldTables.check((Schema) message.header(new Schema()), length);
            }
            long body = message.bodyLength();
            in.position(in.position() + length);
            if (body < 0 || body > in.remaining()) {
                throw cut("a body of " + body + " bytes", in);
            }
            in.position(in.position() + (int) body);
        }
        if (in.hasRemaining()) {
            throw cut("the next message", in);
        }
    }

    private static OmenException cut(String expected, ByteBuffer in) {
        return OmenException.malformed(
                "arrow: found "
                        + in.remaining()
                        + " bytes at byte "
                        + in.position()
                        + ", expected "
                        + expected);
    }
}
