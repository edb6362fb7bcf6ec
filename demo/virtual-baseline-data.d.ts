declare module "virtual:baseline-data" {
  import type { BaselineData } from "./baseline-data.ts";
  const data: BaselineData;
  export default data;
}
