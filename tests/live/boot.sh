#!/bin/sh
# A machine of its own with a real systemd as PID 1: sh boot.sh SCRATCH REPOSITORY PYTHON, by
#     unshare --mount --pid --cgroup --ipc --uts --net --fork --kill-child
#
# Its disk is this machine's, with a layer in memory above it: whatever happens there is gone with
# it, and nothing of it is seen here. The repository is there too, read-only.
set -eu
scratch=$1 repository=$2 python=$3
user=dev uid=1234

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
root=$scratch/root
mount -t overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$root"

mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for name in null zero full random urandom tty; do
    : > "$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
# What is on other disks than the root's would be missing. Read-only: PID 1 clears directories away.
for place in "$repository" "$(dirname "$(dirname "$python")")"; do
    mkdir -p "$root$place"
    mount --rbind "$place" "$root$place"
    mount -o remount,bind,ro "$root$place"
done

# Who lives there: a plain user who may become root, and may enter where our program lies.
printf '%s:x:%s:%s::/home/%s:/bin/bash\n' $user $uid $uid $user >> "$root/etc/passwd"
printf '%s:x:%s:\n' $user $uid >> "$root/etc/group"
printf '%s:*:19000:0:99999:7:::\n' $user >> "$root/etc/shadow"
mkdir -p "$root/home/$user" "$root/etc/sudoers.d" "$root/run/systemd/system" \
    "$root/var/lib/systemd/linger" "$root/var/log/journal"
: > "$root/var/lib/systemd/linger/$user"  # or its systemd would end with its last login
chown $uid:$uid "$root/home/$user"
printf '%s ALL=(ALL) NOPASSWD: ALL\n' $user > "$root/etc/sudoers.d/$user"
for place in "$repository" "$python"; do
    while place=$(dirname "$place") && [ "$place" != / ]; do
        [ -k "$root$place" ] || chmod o+x "$root$place" 2> /dev/null || :  # or it is mounted
    done
done

# What boots: a bus, a log, logins, and the systemd of that user.
units=$root/run/systemd/system
for unit in dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount \
    kmod-static-nodes.service ldconfig.service systemd-binfmt.service systemd-firstboot.service \
    systemd-hwdb-update.service systemd-initctl.socket systemd-journal-flush.service \
    systemd-journald-audit.socket systemd-machine-id-commit.service systemd-modules-load.service \
    systemd-pstore.service systemd-random-seed.service systemd-remount-fs.service \
    systemd-sysctl.service systemd-sysusers.service systemd-timesyncd.service \
    systemd-tmpfiles-clean.timer systemd-tmpfiles-setup-dev.service \
    systemd-tmpfiles-setup.service systemd-udev-trigger.service systemd-udevd.service \
    systemd-update-done.service systemd-update-utmp.service systemd-resolved.service \
    systemd-networkd.service systemd-oomd.service tmp.mount \
    local-fs.target swap.target timers.target paths.target cryptsetup.target \
    integritysetup.target veritysetup.target; do
    ln -s /dev/null "$units/$unit"
done
cat > "$units/live.target" << END
[Unit]
Requires=dbus.socket user@$uid.service
Wants=dbus.service systemd-journald.service systemd-logind.service
After=user@$uid.service
END

mkdir "$root/run/host" "$root/gone"
: > "$root/run/host/notify"
mount --bind "$scratch.notify" "$root/run/host/notify"
cd "$root"
pivot_root . gone
umount -l /gone
exec env -i container=rdvd-live NOTIFY_SOCKET=/run/host/notify \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=live.target
