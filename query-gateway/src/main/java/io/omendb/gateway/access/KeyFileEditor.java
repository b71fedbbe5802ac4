package io.omendb.gateway.access;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Adds keys to a file and takes them out, and leaves everything else in it, comments too, as it is.
 * A gateway that follows the file sees it as it was or as it is.
 */
public final class KeyFileEditor {
    private KeyFileEditor() {}

    /**
     * Adds a key; makes the file if there is none.
     *
     * @throws OmenException CONFLICT if there is a key of that name; as {@link KeyFile#read}
     */
    public static void add(Path file, ApiKey key) {
        locked(
                file,
                () -> {
                    List<ApiKey> keys = new ArrayList<>();
                    String text = "";
                    if (Files.exists(file)) {
                        keys.addAll(KeyFile.read(file));
                        text = text(file);
                    }
                    if (keys.stream().anyMatch(known -> known.name().equals(key.name()))) {
                        throw new OmenException(
                                ErrorCode.CONFLICT,
                                file + ": there is a key " + key.name() + " already");
                    }
                    keys.add(key);
                    String more = text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
                    write(file, more + yaml(key), keys);
                });
    }

    /**
     * Takes a key out.
     *
     * @throws OmenException NOT_FOUND if there is none of that name; as {@link KeyFile#read}
     */
    public static void remove(Path file, String name) {
        locked(
                file,
                () -> {
                    List<ApiKey> keys = new ArrayList<>(KeyFile.read(file));
                    if (!keys.removeIf(key -> key.name().equals(name))) {
                        throw new OmenException(
                                ErrorCode.NOT_FOUND, file + ": there is no key " + name);
                    }
                    String text = text(file);
                    StringBuilder rest = new StringBuilder(text);
                    KeyFile.places(text).stream()
                            .filter(place -> place.name().equals(name))
                            .findFirst()
                            .ifPresent(place -> rest.delete(place.start(), place.end()));
                    write(file, rest.toString(), keys);
                });
    }

    /** One at a time, also among processes: each would write what the other had not seen. */
    private static void locked(Path file, Runnable edit) {
        Path lock = file.toAbsolutePath().resolveSibling("." + file.getFileName() + ".lock");
        try (FileChannel channel =
                        FileChannel.open(
                                lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            if (held.isValid()) {
                edit.run();
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    private static String yaml(ApiKey key) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("- name: \"").append(key.name()).append("\"\n");
        yaml.append("  sha256: ").append(key.hash().hex()).append('\n');
        yaml.append("  allow: ")
                .append(
                        key.allow().stream()
                                .map(Permission::label)
                                .collect(Collectors.joining(", ", "[", "]\n")));
        if (!key.scope().equals(Scope.ALL)) {
            yaml.append("  collections: ")
                    .append(
                            key.scope().patterns().stream()
                                    .map(pattern -> '"' + pattern + '"')
                                    .collect(Collectors.joining(", ", "[", "]\n")));
        }
        if (key.expires() != null) {
            yaml.append("  expires: ").append(key.expires()).append('\n');
        }
        return yaml.toString();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /**
     * @param keys what the text must say
     */
    private static void write(Path file, String text, List<ApiKey> keys) {
        boolean asMeant;
        try {
            asMeant = KeyFile.parse(text).equals(keys);
        } catch (OmenException e) {
            asMeant = false;
        }
        if (!asMeant) {
            throw OmenException.invalid(
                    file
                            + ": found a form that cannot be edited here, expected a list with each"
                            + " key on lines of its own; edit it by hand");
        }
        try {
            Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            // Readable by its owner only, until it is known who may read it.
            Path temporary = Files.createTempFile(target.getParent(), ".keys-", ".tmp");
            try {
                Files.writeString(temporary, text);
                keepRights(target, temporary);
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    /** Who could read it goes on to: a gateway that cannot would keep a revoked key. */
    private static void keepRights(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (view == null || !Files.exists(from)) {
            return;
        }
        PosixFileAttributes before = Files.readAttributes(from, PosixFileAttributes.class);
        PosixFileAttributes now = view.readAttributes();
        if (!now.group().equals(before.group())) {
            view.setGroup(before.group());
        }
        view.setPermissions(before.permissions());
        if (!now.owner().equals(before.owner())) {
            view.setOwner(before.owner());
        }
    }
}
