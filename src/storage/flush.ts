import { hasErrorCode } from "./file-system";

const UNSUPPORTED = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM"];

/**
 * True for the error of a file system that cannot flush a file, as FUSE and synchronised folders: the content is
 * written all the same. A failing disk (`EIO`) and a full one (`ENOSPC`) have other codes.
 */
export const isFlushUnsupported = (error: unknown): boolean =>
  UNSUPPORTED.some((code) => hasErrorCode(error, code));
