package io.omendb.fuzz;

import java.util.Arrays;

/**
 * An input whose first byte says which of several readers the rest is for, so that related readers
 * share a corpus and a JVM.
 *
 * @param reader from 0
 * @param body what the reader is given
 */
@SuppressWarnings("ArrayRecordComponent") // made and dropped, never compared
public record Choice(int reader, byte[] body) {

    /** Splits an input; an empty one is an empty body for the first reader. */
    public static Choice of(byte[] input, int readers) {
        return input.length == 0
                ? new Choice(0, input)
                : new Choice(
                        Math.floorMod(input[0] - '0', readers),
                        Arrays.copyOfRange(input, 1, input.length));
    }
}
